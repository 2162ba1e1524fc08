#include <memory>

#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "deploy/deploy.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_deploy_history(OptionParser& parser) {
  auto name = std::make_shared<std::string>();
  parser.add_option("NAME", *name, "the deployment").required();
  return [name](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    auto entries = deploy::history(workspace, *name);
    if (context.json) {
      auto all = format::Value::array();
      for (const auto& entry : entries) all.push(deploy::to_json(entry));
      context.out.document(
          format::Value::object().set("name", *name).set("history", std::move(all)));
      return Exit::done;
    }
    TextTable table({"GENERATION", "TIME", "ACTION", "MODEL", "PORT"},
                    {TextTable::Align::right, TextTable::Align::left, TextTable::Align::left,
                     TextTable::Align::left, TextTable::Align::right});
    for (auto entry = entries.rbegin(); entry != entries.rend(); ++entry) {
      table.row({std::to_string(entry->generation), format_time(entry->at),
                 std::string(deploy::action_name(entry->action)), entry->target.label(),
                 std::to_string(entry->target.settings.port)});
    }
    table.print(context.out);
    return Exit::done;
  };
}

}  // namespace mlo::cli
