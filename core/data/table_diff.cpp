#include "data/table_diff.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "data/content_source.hpp"
#include "data/pointers.hpp"

namespace mlo::data {
namespace {

table::RowDiffOptions row_options(Env& env, const TableDiffOptions& options) {
  table::RowDiffOptions rows;
  rows.key = options.key;
  rows.limit = options.limit;
  rows.cancelled = &env.cancelled;
  return rows;
}

bool is_file(const std::string& path) {
  const auto status = stat_target(path);
  return status && !S_ISDIR(status->st_mode);
}

TableDiffReport compare_files(Env& env, const std::string& directory,
                              const TableDiffOptions& options) {
  const std::string &left = options.diff.arguments[0], &right = options.diff.arguments[1];
  const auto before = file_source(normal_path(left, directory), left);
  const auto after = file_source(normal_path(right, directory), right);
  TableDiffReport report;
  report.tables.push_back({right, left, right, {}});
  report.tables[0].rows = table::diff_rows(before, after, row_options(env, options));
  return report;
}

class TableComparison {
 public:
  TableComparison(Env& env, repo::Workspace& workspace, const TableDiffOptions& options)
      : env_(env), workspace_(workspace), options_(options) {}

  TableDiffReport run() {
    DiffReport diff = data::diff(env_, workspace_, options_.diff);
    report_.from = diff.from;
    report_.to = diff.to;
    for (const FileState& file : diff.files) {
      if (!file.before || !file.digest || file.before == file.digest) continue;
      if (!is_table_name(file.path) && !named(diff.paths, file.path)) continue;
      auto before = stored_source(workspace_.store(), *file.before, name_at(file.path, diff.from));
      compare(file.path, before, after(file, diff.to));
    }
    for (const std::string& path : diff.paths) compare_in_git(path);
    report_.files = std::move(diff.files);
    return std::move(report_);
  }

 private:
  static bool named(const std::vector<std::string>& paths, const std::string& path) {
    return std::ranges::find(paths, path) != paths.end();
  }

  /// As it stands in messages; the ending stays last, as it tells the format.
  static std::string name_at(const std::string& path, const std::string& commit) {
    return (commit.empty() ? "pointer" : commit.substr(0, 12)) + ":" + path;
  }

  table::RowSource after(const FileState& file, const std::string& commit) {
    if (commit.empty()) return file_source(workspace_.absolute(file.path), file.path);
    return stored_source(workspace_.store(), *file.digest, name_at(file.path, commit));
  }

  void compare(const std::string& path, const table::RowSource& before,
               const table::RowSource& after) {
    TableDiff table{path, before.name, after.name, {}};
    table.rows = table::diff_rows(before, after, row_options(env_, options_));
    report_.tables.push_back(std::move(table));
  }

  /// A table that git itself tracks, asked for by name.
  void compare_in_git(const std::string& path) {
    repo::Git* git = workspace_.git();
    if (git == nullptr || path.empty() || pointer_for(workspace_, path)) return;
    const std::string inside = workspace_.git_path(path);
    if (!git->is_tracked(inside)) return;
    const auto start = report_.from.empty() ? git->head() : std::optional(report_.from);
    const auto before = start ? git->read_file(*start, inside) : std::nullopt;
    if (!before) return;
    const auto source = text_source(*before, name_at(path, *start));
    if (report_.to.empty()) {
      const std::string file = workspace_.absolute(path);
      if (is_file(file)) compare(path, source, file_source(file, path));
    } else if (const auto now = git->read_file(report_.to, inside); now && now != before) {
      compare(path, source, text_source(*now, name_at(path, report_.to)));
    }
  }

  Env& env_;
  repo::Workspace& workspace_;
  const TableDiffOptions& options_;
  TableDiffReport report_;
};

bool is_tracked(repo::Workspace& workspace, const std::string& typed) {
  const auto path = relative_to(normal_path(typed, workspace.absolute("")), workspace.root());
  if (!path || path->empty()) return false;
  if (pointer_for(workspace, *path) || enclosing_pointer(workspace, *path)) return true;
  return workspace.git() != nullptr && workspace.git()->is_tracked(workspace.git_path(*path));
}

bool names_plain_files(Env& env, const std::string& directory, const TableDiffOptions& options) {
  const auto& arguments = options.diff.arguments;
  if (options.plain_files) {
    if (arguments.size() == 2) return true;
    throw usage("--plain-files needs two files");
  }
  const auto place = [&](size_t i) { return normal_path(arguments[i], directory); };
  if (arguments.size() != 2 || !is_file(place(0)) || !is_file(place(1))) return false;
  if (!repo::Workspace::find_root(directory)) return true;
  repo::Workspace workspace = repo::Workspace::open(env, directory);
  return !is_tracked(workspace, place(0)) || !is_tracked(workspace, place(1));
}

}  // namespace

bool is_table_name(std::string_view path) {
  static constexpr std::array<std::string_view, 5> kEndings = {".csv", ".tsv", ".tab", ".jsonl",
                                                               ".ndjson"};
  return std::ranges::any_of(kEndings,
                             [&](std::string_view ending) { return path.ends_with(ending); });
}

bool TableDiffReport::same() const {
  return files.empty() &&
         std::ranges::all_of(tables, [](const TableDiff& table) { return table.rows.same(); });
}

TableDiffReport diff_tables(Env& env, const std::string& directory,
                            const TableDiffOptions& options) {
  if (names_plain_files(env, directory, options)) return compare_files(env, directory, options);
  repo::Workspace workspace = repo::Workspace::open(env, directory);
  return TableComparison(env, workspace, options).run();
}

}  // namespace mlo::data
