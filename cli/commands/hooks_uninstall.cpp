#include "cli/commands.hpp"
#include "cli/commands/hooks_report.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_hooks_uninstall(OptionParser&) {
  return [](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    repo::HooksReport report = repo::uninstall_hooks(context.env, workspace);
    if (context.json) {
      context.out.document(hooks_json(report));
    } else {
      context.out.line(report.changed ? "git's hooks and configuration are as before"
                                      : "nothing of mlo's is in git's hooks and configuration");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
