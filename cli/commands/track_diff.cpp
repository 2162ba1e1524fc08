#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"
#include "track/diff.hpp"

namespace mlo::cli {
namespace {

struct Arguments : track::DiffOptions {
  std::string a, b;
  bool check = false;
};

/// Digests short, numbers with their difference.
std::string cell(const format::Value& value) {
  if (value.is_string() && value.as_string().starts_with("sha256:")) {
    return value.as_string().substr(7, 12);
  }
  return shown(value);
}

std::string change(const track::Difference& one) {
  if (one.section != "metrics" || !one.a.is_number() || !one.b.is_number()) return "";
  const double difference = one.b.as_double() - one.a.as_double();
  return (difference > 0 ? "+" : "") + shown(difference);
}

void print(Output& out, const track::RunDiff& diff) {
  if (diff.differences.empty()) return out.line("the runs do not differ");
  std::string section;
  TextTable table({"", shown_id(diff.a.id) + " " + printable(diff.a.name),
                   shown_id(diff.b.id) + " " + printable(diff.b.name), ""});
  for (const auto& one : diff.differences) {
    if (one.section != section) table.row({out.paint(Color::bold, one.section), "", "", ""});
    section = one.section;
    table.row({"  " + printable(one.key), cell(one.a), cell(one.b), change(one)});
  }
  table.print(out);
}

}  // namespace

Action declare_track_diff(OptionParser& parser) {
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("RUN_A", arguments->a, "run:ID, an id, its beginning, or latest").required();
  parser.add_option("RUN_B", arguments->b, "the run to compare with it").required();
  parser.add_flag("--all", arguments->all, "also what is the same");
  parser.add_flag("--check", arguments->check, "exit 1 when the runs differ");
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto diff =
        track::diff_runs(track::load_run(context.env, workspace, arguments->a),
                         track::load_run(context.env, workspace, arguments->b), *arguments);
    if (context.json) {
      context.out.document(track::to_json(diff));
    } else {
      print(context.out, diff);
    }
    bool differ = false;
    for (const auto& one : diff.differences) differ = differ || !one.same;
    return arguments->check && differ ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
