// The whole command surface as one table, in the order in which `mlo --help` lists it. Explicit
// declarations, no static registrars: an object file in a static library registers nothing.
#pragma once

#include <span>

#include "cli/command.hpp"

namespace mlo::cli {

std::span<const Command> commands();

// Each is defined in cli/commands/<name>.cpp: `data add` in data_add.cpp.
Action declare_status(CLI::App& app);
Action declare_doctor(CLI::App& app);
Action declare_hooks_install(CLI::App& app);
Action declare_hooks_uninstall(CLI::App& app);
Action declare_hooks_run(CLI::App& app);
Action declare_merge_driver(CLI::App& app);
Action declare_completion(CLI::App& app);
Action declare_data_add(CLI::App& app);
Action declare_data_checkout(CLI::App& app);
Action declare_data_diff(CLI::App& app);
Action declare_data_evict(CLI::App& app);
Action declare_data_export(CLI::App& app);
Action declare_data_get(CLI::App& app);
Action declare_data_import(CLI::App& app);
Action declare_data_update(CLI::App& app);
Action declare_data_list(CLI::App& app);
Action declare_data_move(CLI::App& app);
Action declare_data_remove(CLI::App& app);
Action declare_data_status(CLI::App& app);
Action declare_init(CLI::App& app);
Action declare_train(CLI::App& app);
Action declare_predict(CLI::App& app);
Action declare_drift_check(CLI::App& app);
Action declare_deploy_apply(CLI::App& app);
Action declare_deploy_list(CLI::App& app);
Action declare_deploy_status(CLI::App& app);
Action declare_deploy_rollback(CLI::App& app);
Action declare_deploy_stop(CLI::App& app);
Action declare_deploy_history(CLI::App& app);
Action declare_serve(CLI::App& app);
Action declare_track_list(CLI::App& app);
Action declare_track_show(CLI::App& app);
Action declare_track_diff(CLI::App& app);
Action declare_track_log(CLI::App& app);
Action declare_track_remove(CLI::App& app);
Action declare_track_restore(CLI::App& app);
Action declare_track_gc(CLI::App& app);
Action declare_package_build(CLI::App& app);
Action declare_package_inspect(CLI::App& app);
Action declare_package_verify(CLI::App& app);
Action declare_model_list(CLI::App& app);
Action declare_model_show(CLI::App& app);
Action declare_model_register(CLI::App& app);
Action declare_model_alias(CLI::App& app);
Action declare_model_history(CLI::App& app);
Action declare_fsck(CLI::App& app);
Action declare_gc(CLI::App& app);
Action declare_push(CLI::App& app);
Action declare_fetch(CLI::App& app);
Action declare_pull(CLI::App& app);
Action declare_remote_add(CLI::App& app);
Action declare_remote_list(CLI::App& app);
Action declare_remote_default(CLI::App& app);
Action declare_remote_remove(CLI::App& app);

}  // namespace mlo::cli
