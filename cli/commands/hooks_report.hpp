// What hooks install and hooks uninstall print.
#pragma once

#include "cli/command.hpp"
#include "repo/hooks.hpp"

namespace mlo::cli {

format::Value hooks_json(const repo::HooksReport& report);
void print_hooks(Output& out, const repo::HooksReport& report);

}  // namespace mlo::cli
