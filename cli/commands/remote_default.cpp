#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "project/remotes.hpp"

namespace mlo::cli {

Action declare_remote_default(OptionParser& parser) {
  auto name = std::make_shared<std::string>();
  parser.add_option("NAME", *name, "a remote of mlo.yaml").required();
  return [name](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    project::set_default_remote(context.env, workspace, *name);
    if (context.json) {
      context.out.document(format::Value::object().set("default", *name));
    } else {
      context.out.line("push, fetch and pull use " + quoted(*name) + " from now on");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
