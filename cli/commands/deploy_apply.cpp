#include "cli/commands.hpp"
#include "cli/commands/deploy_change.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_deploy_apply(OptionParser& parser) {
  auto arguments = add_change_options(parser);
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    print_change(context,
                 deploy::apply(context.env, workspace, change_request(context, *arguments)));
    return Exit::done;
  };
}

}  // namespace mlo::cli
