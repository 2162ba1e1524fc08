#include "cli/commands.hpp"
#include "cli/commands/deploy_change.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_deploy_stop(OptionParser& parser) {
  struct Options {
    std::string name;
    double lock_timeout = 10;
  };
  auto options = std::make_shared<Options>();
  parser.add_option("NAME", options->name, "the deployment").required();
  parser
      .add_option("--lock-timeout", options->lock_timeout,
                  "seconds to wait for another change of this deployment")
      .range(0.0, 86400.0)
      .show_default();
  return [options](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = deploy::stop(context.env, workspace, options->name,
                                     lock_nanoseconds(options->lock_timeout));
    if (context.json) {
      context.out.document(deploy::to_json(report));
    } else {
      context.out.line(report.name + (report.was_running ? ": stopped" : ": was not running"));
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
