#include "cli/commands.hpp"
#include "cli/commands/removal.hpp"

namespace mlo::cli {

Action declare_track_restore(CLI::App& app) { return declare_removal(app, false); }

}  // namespace mlo::cli
