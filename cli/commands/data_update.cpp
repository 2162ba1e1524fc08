#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/data_imported.hpp"

namespace mlo::cli {

Action declare_data_update(CLI::App& app) {
  auto options = std::make_shared<data::UpdateOptions>();
  app.add_option("PATH", options->paths, "imported data; all of it where none is named");
  app.add_option("--rev", options->rev, "follow this branch, tag or commit from now on");
  app.add_flag("--force", options->force, "overwrite what was changed here");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    show_imported(context, workspace, data::update(context.env, workspace, *options));
    return Exit::done;
  };
}

}  // namespace mlo::cli
