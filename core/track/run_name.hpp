// A name that people can say for a run that was given none: "calm-otter-3f2a", derived from its id.
#pragma once

#include <string>
#include <string_view>

namespace mlo::track {

std::string run_name(std::string_view id);

}  // namespace mlo::track
