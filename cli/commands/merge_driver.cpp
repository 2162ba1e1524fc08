#include "data/merge_driver.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

struct Options {
  std::vector<std::string> files;
  std::string favor;
  size_t marker_size = 7;
};

format::Value entry_json(const std::optional<store::TreeEntry>& entry) {
  if (!entry) return {};
  return format::Value::object()
      .set("digest", entry->digest.text())
      .set("size", entry->size)
      .set("directory", entry->is_directory());
}

format::Value to_json(const data::MergeDriverReport& report) {
  format::Value conflicts = format::Value::array();
  for (const auto& conflict : report.conflicts) {
    conflicts.push(format::Value::object()
                       .set("path", printable(join_path(report.path, conflict.path)))
                       .set("base", entry_json(conflict.base))
                       .set("ours", entry_json(conflict.ours))
                       .set("theirs", entry_json(conflict.theirs)));
  }
  return format::Value::object()
      .set("path", report.path)
      .set("merged", report.merged)
      .set("conflicts", conflicts)
      .set("problem", report.problem.empty() ? format::Value() : format::Value(report.problem))
      .set("hint", report.hint.empty() ? format::Value() : format::Value(report.hint));
}

/// git says the rest: "Auto-merging data.mlo", "CONFLICT (content): Merge conflict in data.mlo".
void print(Output& out, const data::MergeDriverReport& report) {
  constexpr size_t kShown = 20;
  size_t shown = 0;
  for (const auto& conflict : report.conflicts) {
    if (shown++ == kShown) {
      out.line("mlo: and " + std::to_string(report.conflicts.size() - kShown) + " more");
      break;
    }
    out.line("mlo: conflict in '" + printable(join_path(report.path, conflict.path)) +
             "': " + data::describe(conflict));
  }
  std::string pointer = "'" + printable(repo::pointer_path(report.path)) + "'";
  if (!report.problem.empty()) {
    out.line("mlo: " + pointer + " was not merged: " + report.problem);
    if (!report.hint.empty()) out.line("     " + report.hint);
  } else if (!report.merged) {
    out.line("     mlo merge-driver --favor ours " + pointer +
             " takes our side of these (or theirs) and both sides of the rest; then git add " +
             pointer);
  }
}

Exit resolve(Context& context, const Options& options) {
  repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
  data::Favor favor = options.favor == "ours" ? data::Favor::ours : data::Favor::theirs;
  const std::string& path = options.files[0];
  repo::Pointer merged = data::resolve_merge(context.env, workspace, path, favor);
  if (context.json) {
    context.out.document(format::Value::object()
                             .set("path", printable(path))
                             .set("merged", true)
                             .set("digest", merged.digest.text())
                             .set("size", merged.size));
  } else {
    context.out.line("merged, " + options.favor + " where both sides changed; next: git add '" +
                     printable(path) + "', mlo data checkout");
  }
  return Exit::done;
}

}  // namespace

Action declare_merge_driver(OptionParser& parser) {
  auto options = std::make_shared<Options>();
  parser.add_option("FILE", options->files, "%O %A %B %P of git, or with --favor one pointer")
      .required();
  parser.add_option("--favor", options->favor, "resolve a conflict: this side where both changed")
      .one_of({"ours", "theirs"});
  parser.add_option("--marker-size", options->marker_size, "length of conflict markers (%L)")
      .range(1, 200);
  return [options](Context& context) {
    size_t wanted = options->favor.empty() ? 4 : 1;
    if (options->files.size() != wanted) {
      throw usage(options->favor.empty() ? "merge-driver needs %O %A %B %P, as git gives them"
                                         : "--favor needs one pointer");
    }
    if (!options->favor.empty()) return resolve(context, *options);
    const auto& files = options->files;
    data::MergeDriverReport report =
        data::merge_driver(context.env, context.directory,
                           {files[0], files[1], files[2], files[3], options->marker_size});
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return report.merged ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
