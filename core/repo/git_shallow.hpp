// Whether git's history was cut off (git clone --depth).
#pragma once

#include "repo/git.hpp"

namespace mlo::repo {

bool is_shallow(const Git& git);

}  // namespace mlo::repo
