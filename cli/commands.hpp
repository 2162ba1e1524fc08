// The whole command surface as one table, in the order in which `mlo --help` lists it. Explicit
// declarations, no static registrars: an object file in a static library registers nothing.
#pragma once

#include <span>

#include "cli/command.hpp"

namespace mlo::cli {

std::span<const Command> commands();

// Each is defined in cli/commands/<name>.cpp: `data add` in data_add.cpp.
Action declare_status(OptionParser& parser);
Action declare_doctor(OptionParser& parser);
Action declare_hooks_install(OptionParser& parser);
Action declare_hooks_uninstall(OptionParser& parser);
Action declare_hooks_run(OptionParser& parser);
Action declare_merge_driver(OptionParser& parser);
Action declare_completion(OptionParser& parser);
Action declare_data_add(OptionParser& parser);
Action declare_data_checkout(OptionParser& parser);
Action declare_data_diff(OptionParser& parser);
Action declare_data_evict(OptionParser& parser);
Action declare_data_export(OptionParser& parser);
Action declare_data_get(OptionParser& parser);
Action declare_data_import(OptionParser& parser);
Action declare_data_update(OptionParser& parser);
Action declare_data_list(OptionParser& parser);
Action declare_data_move(OptionParser& parser);
Action declare_data_remove(OptionParser& parser);
Action declare_data_status(OptionParser& parser);
Action declare_init(OptionParser& parser);
Action declare_train(OptionParser& parser);
Action declare_predict(OptionParser& parser);
Action declare_drift_check(OptionParser& parser);
Action declare_deploy_apply(OptionParser& parser);
Action declare_deploy_list(OptionParser& parser);
Action declare_deploy_status(OptionParser& parser);
Action declare_deploy_rollback(OptionParser& parser);
Action declare_deploy_stop(OptionParser& parser);
Action declare_deploy_history(OptionParser& parser);
Action declare_serve(OptionParser& parser);
Action declare_track_list(OptionParser& parser);
Action declare_track_show(OptionParser& parser);
Action declare_track_diff(OptionParser& parser);
Action declare_track_log(OptionParser& parser);
Action declare_track_remove(OptionParser& parser);
Action declare_track_restore(OptionParser& parser);
Action declare_track_gc(OptionParser& parser);
Action declare_package_build(OptionParser& parser);
Action declare_package_inspect(OptionParser& parser);
Action declare_package_verify(OptionParser& parser);
Action declare_model_list(OptionParser& parser);
Action declare_model_show(OptionParser& parser);
Action declare_model_register(OptionParser& parser);
Action declare_model_alias(OptionParser& parser);
Action declare_model_history(OptionParser& parser);
Action declare_fsck(OptionParser& parser);
Action declare_gc(OptionParser& parser);
Action declare_push(OptionParser& parser);
Action declare_fetch(OptionParser& parser);
Action declare_pull(OptionParser& parser);
Action declare_remote_add(OptionParser& parser);
Action declare_remote_list(OptionParser& parser);
Action declare_remote_default(OptionParser& parser);
Action declare_remote_remove(OptionParser& parser);

}  // namespace mlo::cli
