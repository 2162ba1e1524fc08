#include <memory>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_import_from.hpp"
#include "cli/commands/data_imported.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {

Action declare_data_import(OptionParser& parser) {
  auto from = declare_import_from(parser);
  auto arguments = std::make_shared<std::vector<std::string>>();
  auto options = std::make_shared<data::ImportOptions>();
  parser.add_option("SOURCE", *arguments,
                    "a repository and a path in it, or a URL; with --from-dvc a directory, with "
                    "--from-lfs paths");
  parser.add_option("--rev", options->asked.rev, "a branch, tag or commit of the repository");
  parser.add_option("-o,--out", options->out, "where to put it");
  return [from, arguments, options](Context& context) {
    const bool plain = options->asked.rev.empty() && options->out.empty();
    if (is_import_from(*from) && !plain) {
      throw usage("--rev and -o go with a repository, not with --from-dvc and --from-lfs");
    }
    if (auto exit = run_import_from(context, *from, *arguments)) return *exit;
    if (arguments->empty() || arguments->size() > 2) {
      throw usage(
          arguments->empty() ? "nothing says what to import from"
                             : "an import takes a repository and one path in it, or a URL",
          "mlo data import REPOSITORY PATH, URL, --from-dvc [DIR], or --from-lfs [PATH...]");
    }
    options->asked.url = (*arguments)[0];
    if (arguments->size() == 2) options->asked.path = (*arguments)[1];
    options->force = replaces(*from);
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    show_imported(context, workspace, data::import_path(context.env, workspace, *options));
    return Exit::done;
  };
}

}  // namespace mlo::cli
