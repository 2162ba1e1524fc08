#include "data/diff.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/commands/row_diff.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

struct Options {
  data::DiffOptions diff;
  bool check = false, rows = false, plain_files = false;
  std::string key;
  std::optional<uint64_t> limit;
};

format::Value side(const std::string& commit) {
  return commit.empty() ? format::Value() : format::Value(commit);
}

format::Value document_of(const std::string& from, const std::string& to,
                          const std::vector<data::FileState>& files) {
  return format::Value::object()
      .set("from", side(from))
      .set("to", side(to))
      .set("files", files_json(files));
}

Exit diff_files(Context& context, const Options& options) {
  repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
  data::DiffReport report = data::diff(context.env, workspace, options.diff);
  if (context.json) {
    context.out.document(document_of(report.from, report.to, report.files)
                             .set("problems", paths_json(report.problems)));
  } else {
    print_files(context.out, workspace, report.files);
  }
  if (!report.problems.empty()) {
    throw failure(report.problems.front(), counted(report.problems.size(), "pointer") +
                                               " could not be read and was left out");
  }
  return options.check && !report.files.empty() ? Exit::no : Exit::done;
}

Exit diff_rows(Context& context, const Options& options) {
  data::TableDiffOptions tables;
  tables.diff = options.diff;
  tables.plain_files = options.plain_files;
  if (!options.key.empty()) {
    for (std::string_view name : split(options.key, ',')) tables.key.emplace_back(name);
  }
  const uint64_t limit = options.limit.value_or(context.json ? 0 : tables.limit);
  tables.limit = limit == 0 ? UINT64_MAX : limit;
  data::TableDiffReport report = data::diff_tables(context.env, context.directory, tables);
  if (context.json) {
    context.out.document(document_of(report.from, report.to, report.files)
                             .set("tables", tables_json(report.tables)));
  } else {
    print_files(context.out, report.files);
    print_tables(context.out, report.tables);
  }
  return options.check && !report.same() ? Exit::no : Exit::done;
}

}  // namespace

Action declare_data_diff(OptionParser& parser) {
  auto options = std::make_shared<Options>();
  parser.add_option("REV", options->diff.arguments,
                    "[REV [REV]] [PATH...]: two commits, a commit and the "
                    "work tree, or the pointers and the work tree");
  Option rows =
      parser.add_flag("--rows", options->rows,
                      "compare modified tables (CSV, TSV, JSONL) row by row; also FILE FILE");
  parser.add_option("--key", options->key, "columns that tell rows apart: COL[,COL...]")
      .needs(rows);
  parser
      .add_option("--limit", options->limit,
                  "rows listed of each kind; 0: all (default 20, with --json all)")
      .needs(rows);
  parser
      .add_flag("--plain-files", options->plain_files,
                "the arguments are two files, tracked or not")
      .needs(rows);
  parser.add_flag("--check", options->check, "exit 1 when something differs");
  return [options](Context& context) {
    return options->rows ? diff_rows(context, *options) : diff_files(context, *options);
  };
}

}  // namespace mlo::cli
