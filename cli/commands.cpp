#include "cli/commands.hpp"

#include <vector>

namespace mlo::cli {

std::span<const Command> commands() {
  static const std::vector<Command> kCommands = {
      // start: init, status, doctor, hooks, completion
      {"init", "make a directory a workspace", declare_init},
      {"status", "show what changed and what to do next", declare_status},
      {"doctor", "show versions, link types, plugins and what is wrong", declare_doctor},
      {"hooks install", "have git run mlo, and merge pointers by what they name",
       declare_hooks_install},
      {"hooks uninstall", "take mlo out of git's hooks and configuration", declare_hooks_uninstall},
      {"hooks run", "do what a git hook asks for (the hooks call it)", declare_hooks_run},
      {"merge-driver", "merge pointers for git, or resolve a conflict of them",
       declare_merge_driver},
      {"completion", "print the completion script of a shell", declare_completion},
      // data
      {"data add", "store files and directories, and write their pointers", declare_data_add},
      {"data status", "show which files differ from their pointers", declare_data_status},
      {"data checkout", "make files what their pointers say", declare_data_checkout},
      {"data list", "list what is tracked", declare_data_list},
      {"data diff", "show which files differ between commits or from the work tree",
       declare_data_diff},
      {"data evict", "free the work tree of files whose content is stored", declare_data_evict},
      {"data move", "rename tracked data together with its pointer", declare_data_move},
      {"data remove", "stop tracking, and remove the data", declare_data_remove},
      {"data get", "bring a file or directory of another repository here", declare_data_get},
      {"data import", "track data of another repository, or take over that of DVC or git-lfs",
       declare_data_import},
      {"data update", "bring imported data to what its source has now", declare_data_update},
      {"data export", "write data as DVC keeps it", declare_data_export},
      // remotes
      {"remote add", "name a place that data is pushed to and fetched from", declare_remote_add},
      {"remote list", "list the remotes", declare_remote_list},
      {"remote default", "choose the remote of push, fetch and pull", declare_remote_default},
      {"remote remove", "forget a remote; what was pushed there stays", declare_remote_remove},
      {"push", "send the data of commits to a remote", declare_push},
      {"fetch", "bring data from a remote into the store", declare_fetch},
      {"pull", "fetch data and check it out", declare_pull},
      // train, evaluate, predict
      {"train", "train a model as mlo.yaml says, in this process", declare_train},
      {"predict", "predict with a model, for the rows of a file or of standard input",
       declare_predict},
      // track
      {"track list", "list runs, filtered and sorted", declare_track_list},
      {"track show", "show a run with its curves", declare_track_show},
      {"track diff", "show how two runs differ", declare_track_diff},
      {"track log", "add metrics, parameters and tags to a run", declare_track_log},
      {"track remove", "hide runs from lists", declare_track_remove},
      {"track restore", "show removed runs again", declare_track_restore},
      {"track gc", "move the events of ended runs into the store", declare_track_gc},
      // model
      {"model list", "list the registered models", declare_model_list},
      {"model show", "show a model and its versions", declare_model_show},
      {"model register", "make a package the next version of a model", declare_model_register},
      {"model alias", "name a version of a model", declare_model_alias},
      {"model history", "show who changed a model and when", declare_model_history},
      // package
      {"package build", "make a package of a run", declare_package_build},
      {"package inspect", "show what is in a package", declare_package_inspect},
      {"package verify", "check every file and run the model on its sample rows",
       declare_package_verify},
      // deploy, serve
      {"deploy apply", "make a deployment what mlo.yaml says", declare_deploy_apply},
      {"deploy list", "list the deployments and what they serve", declare_deploy_list},
      {"deploy status", "show what each deployment does and whether its server lives",
       declare_deploy_status},
      {"deploy rollback", "return a deployment to the version before", declare_deploy_rollback},
      {"deploy stop", "stop the server of a deployment", declare_deploy_stop},
      {"deploy history", "show every change of a deployment", declare_deploy_history},
      {"serve", "serve a model in the foreground", declare_serve},
      // drift
      {"drift check", "compare current data with what the model was trained on",
       declare_drift_check},
      // store
      {"gc", "remove objects that nothing refers to", declare_gc},
      {"fsck", "check every object and everything that refers to one", declare_fsck},
  };
  return kCommands;
}

}  // namespace mlo::cli
