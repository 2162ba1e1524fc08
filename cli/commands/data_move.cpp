#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"
#include "data/move.hpp"

namespace mlo::cli {

Action declare_data_move(OptionParser& parser) {
  auto options = std::make_shared<data::MoveOptions>();
  parser.add_option("FROM", options->from, "a path with a pointer of its own").required();
  parser.add_option("TO", options->to, "its new name, or a directory to move it into").required();
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::MoveReport report = data::move(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("from", printable(report.from))
                               .set("to", printable(report.to))
                               .set("changed", paths_json(report.changed)));
    } else {
      context.out.line("moved " + printable(workspace.shown(report.from)) + " -> " +
                       printable(workspace.shown(report.to)));
      context.out.line(commit_line(workspace, report.changed));
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
