#include <fmt/format.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"
#include "score/distributions.hpp"
#include "score/drift_check.hpp"
#include "score/drift_html.hpp"

namespace mlo::cli {
namespace {

using score::DriftCheckReport;

constexpr size_t kSparks = 12;
constexpr size_t kWidthForSparks = 96;

std::vector<std::string> header(bool sparks) {
  std::vector<std::string> names = {"column", "type", "test", "score", "threshold", "drift"};
  if (sparks) names.insert(names.end(), {"reference", "current"});
  return names;
}

void print_table(Output& out, const DriftCheckReport& report, bool sparks) {
  using Align = TextTable::Align;
  TextTable table(header(sparks), {Align::left, Align::left, Align::left, Align::right,
                                   Align::right, Align::left, Align::left, Align::left});
  for (size_t i = 0; i < report.drift.columns.size(); ++i) {
    const drift::ColumnDrift& column = report.drift.columns[i];
    std::vector<std::string> cells = {printable(column.name),
                                      std::string(drift::type_name(column.type))};
    if (column.tested()) {
      cells.insert(cells.end(), {column.test, score::score_text(column.score),
                                 score::score_text(column.threshold),
                                 column.drifted ? out.paint(Color::red, "yes") : "no"});
    } else {
      cells.insert(cells.end(), {"-", "-", "-", "not tested: " + column.reason});
    }
    if (sparks) {
      auto drawn = score::draw_column(report.reference_profile.columns[i],
                                      report.current_profile.columns[i], kSparks);
      bool drawable = drawn && column.tested();
      cells.push_back(drawable ? plot::sparkline(drawn->distribution.reference) : "");
      cells.push_back(drawable ? plot::sparkline(drawn->distribution.current) : "");
    }
    table.row(std::move(cells));
  }
  table.print(out);
}

void print(Output& out, const DriftCheckReport& report, bool sparks) {
  print_table(out, report, sparks && out.width() >= kWidthForSparks);
  const drift::DriftReport& result = report.drift;
  out.line();
  out.line(out.paint(result.drifted ? Color::red : Color::green, score::headline(result)) +
           fmt::format(" (share {}, limit {}); {} rows of {} against {} ({})",
                       score::score_text(result.share), score::score_text(result.threshold),
                       report.rows, printable(report.data), printable(report.reference),
                       result.reference));
  if (!result.failed_on.empty())
    out.line("drifted and in fail_on: " + join(result.failed_on, ", "));
}

bool speaks_utf8(const Variables& variables) {
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    auto value = variables.get(name);
    if (value && !value->empty())
      return value->find("UTF-8") != std::string::npos || value->find("utf8") != std::string::npos;
  }
  return false;
}

}  // namespace

Action declare_drift_check(OptionParser& parser) {
  struct Options {
    score::DriftCheckOptions check;
    double share = 0;
    std::string html;
  };
  auto options = std::make_shared<Options>();
  parser
      .add_option("NAME", options->check.name,
                  "a key of 'drift' in mlo.yaml, or a model (NAME, NAME:3, NAME@ALIAS)")
      .required();
  parser
      .add_option("DATA", options->check.data, "current rows: CSV or JSONL, '-' for standard input")
      .required();
  Option share =
      parser.add_option("--share", options->share, "share of drifted columns that makes drift")
          .range(0.0, 1.0);
  parser.add_option("--fail-on", options->check.fail_on, "column that alone suffices (repeatable)")
      .one_each();
  parser.add_option("--html", options->html,
                    "also write a report with the distributions to this file");
  return [options, share](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    options->check.directory = context.directory;
    if (share.given()) options->check.share = options->share;
    DriftCheckReport report = score::drift_check(context.env, workspace, options->check);
    if (!options->html.empty())
      write_file_atomically(context.env.files, join_path(context.directory, options->html),
                            score::drift_html(report, context.env.clock.now()));
    if (context.json)
      context.out.document(score::to_json(report));
    else
      print(context.out, report, speaks_utf8(context.env.variables));
    return report.drift.drifted ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
