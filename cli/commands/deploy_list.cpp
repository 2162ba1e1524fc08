#include "cli/commands.hpp"
#include "deploy/deploy.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_deploy_list(OptionParser&) {
  return [](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto found = deploy::list(context.env, workspace);
    if (context.json) {
      auto all = format::Value::array();
      for (const auto& status : found) all.push(deploy::to_json(status));
      context.out.document(format::Value::object().set("deployments", std::move(all)));
      return Exit::done;
    }
    TextTable table({"NAME", "STATE", "MODEL", "ADDRESS"});
    for (const auto& status : found) {
      const bool serves = status.server && status.server->generation != 0;
      const auto& target = serves ? std::optional(status.server->target) : status.target;
      table.row({status.name, std::string(deploy::state_name(status.state)),
                 target ? target->label() : "", status.url});
    }
    if (table.empty()) {
      context.out.line("no deployments in mlo.yaml");
    } else {
      table.print(context.out);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
