#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/hooks_report.hpp"
#include "cli/option_parser.hpp"
#include "deploy/processes.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_hooks_install(OptionParser& parser) {
  auto options = std::make_shared<repo::InstallHooksOptions>();
  parser.add_flag("--force", options->force,
                  "also write hooks that another tool manages or other repositories use");
  parser.add_flag("--attributes", options->attributes,
                  "name the merge driver in .gitattributes, for everybody");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    options->program = deploy::own_program();
    repo::HooksReport report = repo::install_hooks(context.env, workspace, *options);
    if (context.json) {
      context.out.document(hooks_json(report));
    } else {
      print_hooks(context.out, report);
    }
    return report.complete() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
