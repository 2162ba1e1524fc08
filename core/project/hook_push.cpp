// pre-push: the data before the commits that name it.
#include "project/hook_parts.hpp"

namespace mlo::project {

void run_pre_push(HookCall&) {}

}  // namespace mlo::project
