#include <CLI/CLI.hpp>

#include "cli/commands.hpp"
#include "cli/commands/deploy_change.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_deploy_apply(CLI::App& app) {
  auto arguments = add_change_options(app);
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    print_change(context,
                 deploy::apply(context.env, workspace, change_request(context, *arguments)));
    return Exit::done;
  };
}

}  // namespace mlo::cli
