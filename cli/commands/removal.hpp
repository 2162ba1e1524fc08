// `track remove` and `track restore`: the same event with the other value.
#pragma once

#include "cli/command.hpp"

namespace mlo::cli {

Action declare_removal(OptionParser& parser, bool removed);

}  // namespace mlo::cli
