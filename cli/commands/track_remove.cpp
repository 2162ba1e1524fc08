#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/removal.hpp"
#include "cli/commands/runs.hpp"
#include "repo/workspace.hpp"
#include "track/change.hpp"

namespace mlo::cli {

Action declare_removal(CLI::App& app, bool removed) {
  auto runs = std::make_shared<std::vector<std::string>>();
  app.add_option("RUN", *runs, "run:ID, an id, its beginning, or latest")->required();
  return [runs, removed](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    std::vector<std::string> ids;  // all of them, before anything changes
    for (const auto& run : *runs) {
      ids.push_back(track::resolve_run(context.env, workspace, run));
    }
    format::Value list = format::Value::array();
    for (const auto& id : ids) {
      track::ChangeOptions options;
      options.run = id;
      options.removed = removed;
      const auto run = track::change_run(context.env, workspace, options);
      list.push(track::to_json(run));
      if (context.json) continue;
      context.out.line((removed ? "removed run " : "restored run ") + shown_id(id) + " (" +
                       printable(run.name) + ")");
    }
    if (context.json) {
      context.out.document(format::Value::object().set("runs", std::move(list)));
    }
    return Exit::done;
  };
}

Action declare_track_remove(CLI::App& app) { return declare_removal(app, true); }

}  // namespace mlo::cli
