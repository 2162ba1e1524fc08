#include <algorithm>
#include <map>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "plot/curves.hpp"
#include "repo/workspace.hpp"
#include "track/run.hpp"

namespace mlo::cli {
namespace {

using track::Run;
using Rows = std::vector<std::pair<std::string, std::string>>;

constexpr size_t kMostWidth = 100;
constexpr int kCurveHeight = 10;

struct Arguments {
  std::string run = "latest";
  bool points = false;
  bool no_curves = false;
};

void section(Output& out, const std::string& title, const Rows& rows) {
  if (rows.empty()) return;
  out.line();
  out.line(out.paint(Color::bold, title));
  size_t width = 0;
  for (const auto& [key, value] : rows) width = std::max(width, display_width(key));
  for (const auto& [key, value] : rows) {
    out.line("  " + key + std::string(width - display_width(key) + 2, ' ') + value);
  }
}

void print_head(Output& out, const Run& run) {
  out.line(out.paint(Color::bold, "run " + run.id) + "  " + printable(run.name) + "  " +
           shown_status(out, run.status) + (run.removed ? " (removed)" : ""));
  if (run.status == track::Status::died) {
    out.line("  its process ended without saying so: killed, or the machine went down");
  }
  if (!run.message.empty()) out.line("  " + printable(run.message));
  Rows rows = {{"experiment", printable(run.experiment)},
               {"started", shown_time(run.started_at) + " by " + run.user + " on " + run.host}};
  if (run.ended_at) rows.emplace_back("took", shown_duration(run));
  rows.emplace_back("command", printable(join(run.command, " ")));
  if (!run.commit.empty()) {
    rows.emplace_back("commit", run.commit.substr(0, 12) + (run.dirty ? " with changes" : ""));
  }
  if (!run.snapshot.empty()) rows.emplace_back("snapshot", run.snapshot.substr(0, 12));
  if (!run.parent.empty()) rows.emplace_back("parent", shown_id(run.parent));
  for (const auto& [key, value] : rows) {
    if (!value.empty()) out.line("  " + key + std::string(12 - key.size(), ' ') + value);
  }
}

/// {"a": {"b": 1}} -> "a.b  1"
void flatten(const format::Value& value, const std::string& prefix, Rows& rows) {
  if (!value.is_object()) return rows.emplace_back(printable(prefix), shown(value)), void();
  for (const auto& member : value.as_object()) {
    flatten(member.value, prefix.empty() ? member.key : prefix + "." + member.key, rows);
  }
}

void print_metrics(Output& out, const Run& run) {
  if (run.metrics.empty()) return;
  using Align = TextTable::Align;
  out.line();
  out.line(out.paint(Color::bold, "metrics"));
  TextTable table(
      {"  metric", "last", "min", "max", "step", "points"},
      {Align::left, Align::right, Align::right, Align::right, Align::right, Align::right});
  for (const auto& [key, metric] : run.metrics) {
    table.row({"  " + printable(key), shown(metric.last), shown(metric.min), shown(metric.max),
               std::to_string(metric.step), std::to_string(metric.count)});
  }
  table.print(out);
}

/// "validation.loss" and "train/loss" are one chart, "loss".
std::string family(const std::string& key) {
  const size_t at = key.find_last_of("./");
  return at == std::string::npos ? key : key.substr(at + 1);
}

void print_curves(Output& out, const std::vector<track::Series>& all) {
  std::map<std::string, std::vector<plot::Series>> charts;
  for (const auto& series : all) {
    if (series.points.size() < 2) continue;
    plot::Series curve{printable(series.key), {}, {}};
    for (const auto& point : series.points) {
      curve.x.push_back(static_cast<double>(point.step));
      curve.y.push_back(point.value);
    }
    charts[family(series.key)].push_back(std::move(curve));
  }
  const int width = static_cast<int>(std::min(out.width(), kMostWidth));
  plot::TerminalStyle style;
  if (out.color()) style.colours = plot::Colours::ansi;
  for (const auto& [name, curves] : charts) {
    const std::string chart = plot::terminal_curves(curves, width, kCurveHeight, style);
    if (chart.empty()) continue;
    out.line();
    out.line(out.paint(Color::bold, printable(name)));
    out.text(chart);
  }
}

void print(Output& out, const Run& run) {
  print_head(out, run);
  Rows rows;
  for (const auto& [key, value] : run.params) rows.emplace_back(printable(key), shown(value));
  section(out, "parameters", rows);
  rows.clear();
  for (const auto& [key, value] : run.tags) rows.emplace_back(printable(key), printable(value));
  section(out, "tags", rows);
  print_metrics(out, run);
  rows.clear();
  for (const auto& input : run.inputs) {
    rows.emplace_back(printable(input.name), input.digest.brief() + "  " + human_size(input.size));
  }
  section(out, "inputs", rows);
  rows.clear();
  for (const auto& output : run.outputs) {
    rows.emplace_back(printable(output.path),
                      output.digest.brief() + "  " + human_size(output.size));
  }
  section(out, "outputs", rows);
  rows.clear();
  flatten(run.environment, "", rows);
  section(out, "environment", rows);
}

format::Value series_json(const std::vector<track::Series>& all) {
  format::Value out = format::Value::object();
  for (const auto& series : all) {
    format::Value points = format::Value::array();
    for (const auto& point : series.points) {
      points.push(format::Value::object()
                      .set("step", point.step)
                      .set("time", format_time(point.time))
                      .set("value", point.value));
    }
    out.set(series.key, std::move(points));
  }
  return out;
}

void print_points(Output& out, const std::vector<track::Series>& all) {
  for (const auto& series : all) {
    out.line();
    out.line(out.paint(Color::bold, printable(series.key)));
    for (const auto& point : series.points) {
      out.line("  " + std::to_string(point.step) + "  " + number_text(point.value));
    }
  }
}

}  // namespace

Action declare_track_show(OptionParser& parser) {
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("RUN", arguments->run, "run:ID, an id, its beginning, or latest")
      .show_default();
  parser.add_flag("--points", arguments->points, "every point of every metric, too");
  parser.add_flag("--no-curves", arguments->no_curves, "numbers only");
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const Run run = track::load_run(context.env, workspace, arguments->run);
    const auto series = track::load_series(context.env, workspace, run.id);
    if (context.json) {
      auto document = track::to_json(run);
      if (arguments->points) document.set("points", series_json(series));
      context.out.document(std::move(document));
      return Exit::done;
    }
    print(context.out, run);
    if (!arguments->no_curves) print_curves(context.out, series);
    if (arguments->points) print_points(context.out, series);
    return Exit::done;
  };
}

}  // namespace mlo::cli
