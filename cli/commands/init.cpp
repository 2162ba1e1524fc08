#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "repo/init.hpp"

namespace mlo::cli {

Action declare_init(OptionParser& parser) {
  auto directory = std::make_shared<std::string>();
  parser.add_option("DIRECTORY", *directory,
                    "where to make the workspace, made if missing (default: here)");
  return [directory](Context& context) {
    std::string place = normal_path(*directory, context.directory);
    repo::InitReport report = repo::init(context.env, place);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("root", report.root)
                               .set("created", report.created)
                               .set("git", report.git));
    } else {
      context.out.line((report.created ? "made an mlo workspace in " : "already a workspace: ") +
                       printable(report.root));
      if (report.created && report.git) {
        context.out.line("commit it: git add mlo.yaml .gitignore");
        context.out.line("have git check, check out and merge data: mlo hooks install");
      }
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
