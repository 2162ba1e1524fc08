#include "cli/commands.hpp"
#include "cli/commands/removal.hpp"

namespace mlo::cli {

Action declare_track_restore(OptionParser& parser) { return declare_removal(parser, false); }

}  // namespace mlo::cli
