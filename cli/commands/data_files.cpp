#include "cli/commands/data_files.hpp"

#include <functional>

#include "base/text.hpp"

namespace mlo::cli {
namespace {

struct Look {
  char letter;
  Color color;
};

Look look_of(data::State state) {
  using data::State;
  switch (state) {
    case State::added:
      return {'A', Color::green};
    case State::modified:
    case State::updated:
      return {'M', Color::yellow};
    case State::deleted:
    case State::removed:
      return {'D', Color::red};
    case State::renamed:
      return {'R', Color::cyan};
    case State::kept:
      return {'?', Color::dim};
    case State::missing:
    case State::damaged:
    case State::unsupported:
    case State::ignored:
    case State::unreadable:
      return {'!', Color::red};
    case State::unchanged:
    case State::stored:
      return {' ', Color::none};
  }
  return {' ', Color::none};
}

std::string note_of(const data::FileState& file) {
  switch (file.state) {
    case data::State::missing:
      return "  (not in the store: fetch it)";
    case data::State::damaged:
      return "  (the stored object was written to: add the file or fetch the object)";
    case data::State::unsupported:
      return "  (cannot be stored)";
    case data::State::ignored:
      return "  (hidden by .mloignore: the next add takes it out)";
    case data::State::unreadable:
      return "  (cannot be read: permission denied)";
    case data::State::kept:
      return "  (kept: not stored)";
    default:
      return "";
  }
}

}  // namespace

namespace {

void print_shown(Output& out, const std::vector<data::FileState>& files, size_t limit,
                 const std::function<std::string(const std::string&)>& show) {
  size_t shown = 0;
  for (const data::FileState& file : files) {
    if (limit > 0 && shown++ == limit) {
      out.line("... and " + std::to_string(files.size() - limit) + " more");
      return;
    }
    Look look = look_of(file.state);
    std::string line = out.paint(look.color, std::string(1, look.letter)) + " ";
    if (!file.from.empty()) line += printable(show(file.from)) + " -> ";
    out.line(line + printable(show(file.path)) + out.paint(Color::dim, note_of(file)));
  }
}

}  // namespace

void print_files(Output& out, const repo::Workspace& workspace,
                 const std::vector<data::FileState>& files, size_t limit) {
  print_shown(out, files, limit, [&](const std::string& path) { return workspace.shown(path); });
}

void print_files(Output& out, const std::vector<data::FileState>& files, size_t limit) {
  print_shown(out, files, limit, [](const std::string& path) { return path; });
}

format::Value files_json(const std::vector<data::FileState>& files) {
  format::Value list = format::Value::array();
  for (const data::FileState& file : files) list.push(data::to_json(file));
  return list;
}

format::Value paths_json(const std::vector<std::string>& paths) {
  format::Value list = format::Value::array();
  for (const std::string& path : paths) list.push(printable(path));
  return list;
}

std::string commit_line(const repo::Workspace& workspace, const std::vector<std::string>& changed) {
  std::string line = "to commit: git add -A --";
  for (const std::string& path : changed) {
    std::string shown = printable(workspace.shown(path));
    bool plain = shown.find_first_of(" '\"\\$*?[]();&|<>`!#~") == std::string::npos;
    line += " " + (plain ? shown : quoted(workspace.shown(path)));
  }
  return line;
}

}  // namespace mlo::cli
