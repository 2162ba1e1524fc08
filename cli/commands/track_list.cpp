#include <algorithm>
#include <memory>
#include <set>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"
#include "track/field.hpp"
#include "track/list.hpp"

namespace mlo::cli {
namespace {

using track::Run;

constexpr size_t kMetricColumns = 3;

struct Arguments : track::ListOptions {
  std::vector<std::string> columns;
};

/// The fields shown beside name and status: those asked for, else what is sorted by and the first
/// metrics.
std::vector<std::string> columns_of(const Arguments& arguments, const std::vector<Run>& runs) {
  if (!arguments.columns.empty()) return arguments.columns;
  std::vector<std::string> columns;
  std::string sorted = arguments.sort.starts_with('-') ? arguments.sort.substr(1) : arguments.sort;
  if (sorted.find('.') != std::string::npos) columns.push_back(std::move(sorted));
  // What was measured on other data than that of the training says more: "train..." comes last.
  std::set<std::pair<bool, std::string>> keys;
  for (const Run& run : runs) {
    for (const auto& [key, metric] : run.metrics) keys.emplace(key.starts_with("train"), key);
  }
  for (const auto& [of_training, key] : keys) {
    if (columns.size() == kMetricColumns) break;
    const std::string field = "metrics." + key;
    if (std::find(columns.begin(), columns.end(), field) == columns.end()) columns.push_back(field);
  }
  return columns;
}

std::string heading(const std::string& column) {
  return column.starts_with("metrics.") ? column.substr(8) : column;
}

void print(Output& out, const Arguments& arguments, const std::vector<Run>& runs) {
  if (runs.empty()) {
    return out.line(arguments.filter.empty() ? "no runs yet (mlo train NAME)" : "no run matches");
  }
  using Align = TextTable::Align;
  const auto columns = columns_of(arguments, runs);
  std::vector<std::string> header = {"run", "name", "status", "started", "took"};
  std::vector<Align> align = {Align::left, Align::left, Align::left, Align::left, Align::right};
  std::vector<track::Field> fields;
  for (const auto& column : columns) {
    header.push_back(heading(column));
    align.push_back(Align::right);
    fields.push_back(track::parse_field(column));
  }
  TextTable table(header, align);
  for (const Run& run : runs) {
    std::vector<std::string> row = {shown_id(run.id), printable(run.name),
                                    shown_status(out, run.status), shown_time(run.started_at),
                                    shown_duration(run)};
    if (run.removed) row[2] += " (removed)";
    for (const auto& field : fields) {
      const auto value = track::field_value(run, field);
      row.push_back(value ? shown(*value) : "-");
    }
    table.row(std::move(row));
  }
  table.print(out);
}

}  // namespace

Action declare_track_list(OptionParser& parser) {
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("--filter", arguments->filter,
                    "only runs that match, such as 'metrics.val/auc > 0.9 and params.lr < 0.01'");
  parser.add_option("--sort", arguments->sort,
                    "by a field, descending with a leading '-' (default: latest first)");
  parser.add_option("--limit,-n", arguments->limit, "at most this many runs");
  parser.add_option("--columns", arguments->columns, "fields to show, separated by commas")
      .delimiter(',');
  parser.add_flag("--removed", arguments->removed, "runs that were removed, too");
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto runs = track::list_runs(context.env, workspace, *arguments);
    if (context.json) {
      format::Value list = format::Value::array();
      for (const Run& run : runs) list.push(track::to_json(run));
      context.out.document(format::Value::object().set("runs", std::move(list)));
    } else {
      print(context.out, *arguments, runs);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
