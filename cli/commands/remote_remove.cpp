#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "project/remotes.hpp"

namespace mlo::cli {

Action declare_remote_remove(OptionParser& parser) {
  auto name = std::make_shared<std::string>();
  parser.add_option("NAME", *name, "a remote of mlo.yaml").required();
  return [name](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    project::remove_remote(context.env, workspace, *name);
    if (context.json) {
      context.out.document(format::Value::object().set("removed", *name));
    } else {
      context.out.line("removed remote " + quoted(*name) + "; what was pushed there stays");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
