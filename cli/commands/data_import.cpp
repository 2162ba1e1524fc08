#include <CLI/CLI.hpp>
#include <memory>

#include "base/error.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_import_from.hpp"

namespace mlo::cli {

Action declare_data_import(CLI::App& app) {
  auto from = declare_import_from(app);
  auto arguments = std::make_shared<std::vector<std::string>>();
  app.add_option("SOURCE", *arguments, "a directory, or paths");
  return [from, arguments](Context& context) {
    if (auto exit = run_import_from(context, *from, *arguments)) return *exit;
    throw usage("nothing says what to import from",
                "mlo data import --from-dvc [DIR], or --from-lfs [PATH...]");
  };
}

}  // namespace mlo::cli
