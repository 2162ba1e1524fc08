#include "cli/arguments.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

bool is_group(std::string_view word) {
  return std::ranges::any_of(commands(), [&](const Command& command) {
    return command.name.size() > word.size() && first_word(command.name) == word;
  });
}

[[noreturn]] void unknown_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    names.emplace_back(command.name);
    names.emplace_back(first_word(command.name));
  }
  auto near = nearest(name, names);
  throw usage("unknown command " + quoted(name),
              near ? "did you mean 'mlo " + *near + "'?" : "'mlo --help' lists the commands");
}

void take_global_options(std::vector<std::string>& words, Invocation& invocation) {
  while (!words.empty() && words[0].starts_with('-')) {
    std::string option = words[0];
    words.erase(words.begin());
    if (option == "-C") {
      if (words.empty()) throw usage("-C needs a directory");
      invocation.directory = join_path(invocation.directory, words[0]);
      words.erase(words.begin());
    } else if (option == "--version") {
      invocation.kind = Invocation::Kind::version;
      words.clear();
    } else if (option == "--help" || option == "-h") {
      words.clear();
    } else {
      std::vector<std::string> known = {"-C", "--version", "--help"};
      throw usage("unknown option " + quoted(option), suggestion(option, known));
    }
  }
}

}  // namespace

Invocation parse_arguments(std::vector<std::string> words) {
  Invocation invocation;
  take_global_options(words, invocation);
  if (words.empty()) return invocation;
  if (words[0] == "help") {
    words.erase(words.begin());
    if (words.empty()) return invocation;
    words.emplace_back("--help");
  }
  if (words.size() >= 2) invocation.command = find_command(words[0] + " " + words[1]);
  size_t used = invocation.command != nullptr ? 2 : 1;
  if (invocation.command == nullptr) invocation.command = find_command(words[0]);
  if (invocation.command == nullptr) {
    if (!is_group(words[0])) unknown_command(words[0]);
    if (words.size() >= 2 && !words[1].starts_with('-')) {
      unknown_command(words[0] + " " + words[1]);
    }
    invocation.kind = Invocation::Kind::group;
    invocation.group = words[0];
    return invocation;
  }
  invocation.kind = Invocation::Kind::run;
  invocation.rest.assign(words.begin() + static_cast<ptrdiff_t>(used), words.end());
  return invocation;
}

std::string help_text(std::string_view group) {
  std::string text = group.empty() ? "usage: mlo [-C DIR] COMMAND [OPTIONS]\n\n"
                                   : "usage: mlo " + std::string(group) + " COMMAND [OPTIONS]\n\n";
  size_t width = 0;
  auto shown = [&](const Command& command) {
    return group.empty() || first_word(command.name) == group;
  };
  for (const Command& command : commands()) {
    if (shown(command)) width = std::max(width, command.name.size());
  }
  for (const Command& command : commands()) {
    if (!shown(command)) continue;
    std::string name(command.name);
    name.resize(width + 3, ' ');
    text += "  " + name + std::string(command.summary) + "\n";
  }
  return text + "\n'mlo COMMAND --help' tells a command's options, 'man mlo-<command>' the rest.\n";
}

Action parse_command(const Command& command, std::vector<std::string> rest, bool& json,
                     std::string& help) {
  OptionParser parser(command.name, command.summary);
  Action action = command.declare(parser);
  if (!parser.has("--json")) parser.add_flag("--json", json, "print one JSON document");
  if (auto text = parser.parse(std::move(rest))) {
    help = *text;
    return nullptr;
  }
  return action;
}

}  // namespace mlo::cli
