#include "cli/commands/data_import_from.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"
#include "data/dvc_import.hpp"
#include "data/lfs_import.hpp"

namespace mlo::cli {

struct ImportFrom {
  bool dvc = false, lfs = false;
  bool link = false, remove = false, force = false;
  std::string remote;
};

namespace {

constexpr size_t kLines = 20;

void print_files_added(Output& out, const std::vector<data::FileState>& files) {
  size_t shown = 0;
  for (const data::FileState& file : files) {
    if (file.state == data::State::unchanged) continue;
    if (shown++ == kLines) break;
    std::string line(data::state_name(file.state));
    line.resize(10, ' ');
    out.line(line + printable(file.path) + "  " + human_size(file.size));
  }
  if (shown > kLines) out.line("...");
}

void print_list(Output& out, const std::string& title, const std::vector<std::string>& items) {
  if (items.empty()) return;
  out.line(title);
  for (size_t i = 0; i < items.size(); ++i) {
    if (i == kLines) {
      out.line("  ... and " + std::to_string(items.size() - kLines) + " more");
      break;
    }
    out.line("  " + printable(items[i]));
  }
}

format::Value strings_json(const std::vector<std::string>& texts) {
  format::Value list = format::Value::array();
  for (const std::string& text : texts) list.push(replace_invalid_utf8(text));
  return list;
}

/// What an import took, whatever it came from.
template <typename Report>
void print_taken(Output& out, const Report& report, std::string_view one, std::string_view cache) {
  print_files_added(out, report.files);
  uint64_t unchanged = static_cast<uint64_t>(std::count_if(
      report.files.begin(), report.files.end(),
      [](const data::FileState& file) { return file.state == data::State::unchanged; }));
  std::string line = counted(report.files.size() - unchanged, one) + " imported";
  if (unchanged > 0) line += ", " + std::to_string(unchanged) + " unchanged";
  line += "; " + counted(report.objects, "new object") + ", " + human_size(report.bytes);
  if (report.linked > 0) {
    (line += ", " + std::to_string(report.linked) + " shared with ") += cache;
  }
  out.line(line);
}

void print(Output& out, const data::DvcImportReport& report) {
  print_taken(out, report, "path", "DVC's cache");
  print_list(out, "in git (cache: false):", report.in_git);
  print_list(out, "removed:", report.removed);
  print_list(out,
             "damaged in DVC's cache or remote (dvc fetch mends the cache once they are deleted):",
             report.damaged);
  print_list(out, "could not be read:", report.troubles);
  print_list(out,
             "symbolic links ('dvc unprotect' or 'mlo data checkout --force' makes them files):",
             report.links);
  if (report.left_out.empty()) return;
  out.line(out.paint(Color::red, "left out:"));
  for (const auto& left : report.left_out) {
    out.line("  " + printable(left.path) + "  " + left.reason);
  }
}

Exit import_dvc(Context& context, const ImportFrom& from,
                const std::vector<std::string>& arguments) {
  if (arguments.size() > 1) throw usage("--from-dvc takes one directory");
  data::DvcImportOptions options;
  if (!arguments.empty()) options.directory = arguments[0];
  options.remote = from.remote;
  options.link = from.link ? data::CacheLink::hardlink : data::CacheLink::copy;
  options.remove = from.remove;
  options.force = from.force;
  repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
  data::DvcImportReport report = data::import_dvc(context.env, workspace, options);
  if (context.json) {
    format::Value left = format::Value::array();
    for (const auto& out : report.left_out) {
      left.push(format::Value::object()
                    .set("path", replace_invalid_utf8(out.path))
                    .set("file", replace_invalid_utf8(out.file))
                    .set("reason", out.reason));
    }
    context.out.document(format::Value::object()
                             .set("repository", replace_invalid_utf8(report.repository))
                             .set("files", files_json(report.files))
                             .set("left_out", std::move(left))
                             .set("in_git", strings_json(report.in_git))
                             .set("damaged", strings_json(report.damaged))
                             .set("troubles", strings_json(report.troubles))
                             .set("links", strings_json(report.links))
                             .set("removed", strings_json(report.removed))
                             .set("read", report.read)
                             .set("linked", report.linked)
                             .set("objects", report.objects)
                             .set("bytes", report.bytes));
  } else {
    print(context.out, report);
  }
  return report.left_out.empty() ? Exit::done : Exit::no;
}

std::string shell_quoted(const std::string& path) {
  std::string text = "'";
  for (char c : path) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

/// What is left to do is git's, and the user's.
void print_next_steps(Output& out, const std::vector<std::string>& paths) {
  if (paths.empty()) return;
  out.line("to take the files out of git-lfs (its history stays as it is):");
  std::string line = "  git rm -q --cached --";
  for (size_t i = 0; i < paths.size() && i < kLines; ++i) line += " " + shell_quoted(paths[i]);
  if (paths.size() > kLines) line += " ... (--json lists all " + std::to_string(paths.size()) + ")";
  out.line(line);
  out.line("  git add -A && git commit");
  out.line("  git lfs untrack PATTERN   # what .gitattributes says of them");
}

void print(Output& out, const data::LfsImportReport& report) {
  print_taken(out, report, "file", "git-lfs");
  print_list(out, "executable in git, which the pointer of a single file does not keep:",
             report.executable);
  print_next_steps(out, report.in_git);
  if (report.left_out.empty()) return;
  out.line(out.paint(Color::red, "left out:"));
  for (const auto& left : report.left_out) {
    out.line("  " + printable(left.path) + "  " + left.reason);
  }
}

Exit import_lfs(Context& context, const ImportFrom& from,
                const std::vector<std::string>& arguments) {
  repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
  data::LfsImportReport report = data::import_lfs(
      context.env, workspace, {.paths = arguments, .link = from.link, .force = from.force});
  if (context.json) {
    format::Value left = format::Value::array();
    for (const auto& item : report.left_out) {
      left.push(format::Value::object()
                    .set("path", replace_invalid_utf8(item.path))
                    .set("reason", item.reason));
    }
    context.out.document(format::Value::object()
                             .set("files", files_json(report.files))
                             .set("left_out", std::move(left))
                             .set("missing", strings_json(report.missing))
                             .set("executable", strings_json(report.executable))
                             .set("in_git", strings_json(report.in_git))
                             .set("linked", report.linked)
                             .set("objects", report.objects)
                             .set("bytes", report.bytes));
  } else {
    print(context.out, report);
  }
  return report.left_out.empty() ? Exit::done : Exit::no;
}

}  // namespace

std::shared_ptr<ImportFrom> declare_import_from(OptionParser& parser) {
  auto from = std::make_shared<ImportFrom>();
  Option dvc = parser.add_flag("--from-dvc", from->dvc, "take over the data of a DVC repository");
  parser.add_flag("--from-lfs", from->lfs, "take over files of git-lfs").excludes(dvc);
  parser.add_option("--dvc-remote", from->remote, "the DVC remote to ask");
  parser.add_flag("--link", from->link, "share large files with their cache by hard links");
  parser.add_flag("--remove", from->remove, "remove .dvc files whose data was taken");
  parser.add_flag("--force", from->force, "replace pointers that say otherwise");
  return from;
}

bool is_import_from(const ImportFrom& from) {
  return from.dvc || from.lfs || from.link || from.remove || !from.remote.empty();
}
bool replaces(const ImportFrom& from) { return from.force; }

std::optional<Exit> run_import_from(Context& context, const ImportFrom& from,
                                    const std::vector<std::string>& arguments) {
  if (from.dvc) return import_dvc(context, from, arguments);
  if (from.lfs) return import_lfs(context, from, arguments);
  return std::nullopt;
}

}  // namespace mlo::cli
