#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"
#include "data/move.hpp"

namespace mlo::cli {

Action declare_data_remove(OptionParser& parser) {
  auto options = std::make_shared<data::RemoveOptions>();
  parser.add_option("PATH", options->path, "a path with a pointer of its own").required();
  parser.add_flag("--keep-data", options->keep_data, "leave the files where they are, untracked");
  parser.add_flag("-f,--force", options->force, "remove content that is not stored, too");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::RemoveReport report = data::remove(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("path", printable(report.path))
                               .set("files", report.files)
                               .set("changed", paths_json(report.changed)));
    } else {
      context.out.line("no longer tracked: " + printable(workspace.shown(report.path)));
      context.out.line(commit_line(workspace, report.changed));
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
