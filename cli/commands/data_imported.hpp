// How import and update show what they did.
#pragma once

#include "cli/command.hpp"
#include "data/import_path.hpp"

namespace mlo::cli {

void show_imported(Context& context, const repo::Workspace& workspace,
                   const data::ImportReport& report);

}  // namespace mlo::cli
