// `mlo data import --from-dvc` and `--from-lfs`: the ways in from other tools, apart from importing a
// path of another repository (data_import.cpp, which calls this first).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "cli/command.hpp"

namespace mlo::cli {

struct ImportFrom;

/// Declares --from-dvc, --from-lfs and what goes with them.
std::shared_ptr<ImportFrom> declare_import_from(OptionParser& parser);
/// Whether --from-dvc or --from-lfs was given; whether --force was.
bool is_import_from(const ImportFrom& from);
bool replaces(const ImportFrom& from);
/// Runs the import that was asked for; nullopt when none of the two was. `arguments` are the
/// command's positional ones: [DIR] of --from-dvc, [PATH...] of --from-lfs.
std::optional<Exit> run_import_from(Context& context, const ImportFrom& from,
                                    const std::vector<std::string>& arguments);

}  // namespace mlo::cli
