#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/removal.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"
#include "track/change.hpp"

namespace mlo::cli {

namespace {

std::vector<std::string> resolved(Context& context, repo::Workspace& workspace,
                                  const std::vector<std::string>& runs, bool removed) {
  std::vector<std::string> ids;
  for (const auto& run : runs) {
    ids.push_back(removed ? track::resolve_run(context.env, workspace, run)
                          : track::resolve_removed_run(context.env, workspace, run));
  }
  return ids;
}

/// Of a damaged run no more than what is known.
format::Value to_json(const track::RemovalReport& report, bool removed) {
  if (report.run) return track::to_json(*report.run);
  return format::Value::object().set("id", report.id).set("removed", removed);
}

void print(Context& context, const track::RemovalReport& report, bool removed) {
  const std::string run = "run " + shown_id(report.id);
  if (!report.changed) {
    return context.env.reporter.note(run + (removed ? " is removed already" : " is not removed"));
  }
  const std::string name = report.run ? " (" + printable(report.run->name) + ")" : "";
  context.out.line((removed ? "removed " : "restored ") + run + name);
}

}  // namespace

Action declare_removal(OptionParser& parser, bool removed) {
  auto runs = std::make_shared<std::vector<std::string>>();
  parser.add_option("RUN", *runs, "run:ID, an id, its beginning, or latest").required();
  return [runs, removed](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    format::Value list = format::Value::array();
    // All names are looked up before anything changes.
    for (const auto& id : resolved(context, workspace, *runs, removed)) {
      const auto report = track::set_removed(context.env, workspace, id, removed);
      list.push(to_json(report, removed));
      if (!context.json) print(context, report, removed);
    }
    if (context.json) {
      context.out.document(format::Value::object().set("runs", std::move(list)));
    }
    return Exit::done;
  };
}

Action declare_track_remove(OptionParser& parser) { return declare_removal(parser, true); }

}  // namespace mlo::cli
