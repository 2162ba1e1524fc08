#include "cli/commands.hpp"
#include "cli/commands/deploy_change.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_deploy_rollback(OptionParser& parser) {
  auto arguments = add_change_options(parser);
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report =
        deploy::rollback(context.env, workspace, change_request(context, *arguments));
    print_change(context, report);
    if (report.target.reference.find('@') != std::string::npos) {
      context.env.reporter.note("the next apply follows " + report.target.reference +
                                " again: move the alias if the newer version is not wanted");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
