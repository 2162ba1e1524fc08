#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/data_imported.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {

Action declare_data_update(OptionParser& parser) {
  auto options = std::make_shared<data::UpdateOptions>();
  parser.add_option("PATH", options->paths, "imported data; all of it where none is named");
  parser.add_option("--rev", options->rev, "follow this branch, tag or commit from now on");
  parser.add_flag("--force", options->force, "overwrite what was changed here");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    show_imported(context, workspace, data::update(context.env, workspace, *options));
    return Exit::done;
  };
}

}  // namespace mlo::cli
