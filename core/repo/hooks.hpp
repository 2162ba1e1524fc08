// `mlo hooks install` and `uninstall`: mlo's part of four git hooks, the merge driver for pointers in git's
// config, and the attribute that names it. All of it is local to one clone and shared by its linked work
// trees, may be repeated, and is taken out again to the byte.
//
// Beside what is there: a shell script gets mlo's lines after its first one and keeps everything else; a
// hook that is no shell script, a symbolic link, or not executable (which git ignores) is renamed to
// NAME.before-mlo and run by ours. A hook that another tool writes anew whenever it likes, and a
// core.hooksPath that this repository does not own, are left alone unless forced.
//
// Durable. A crash leaves each file old or new; repeating the command completes it.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "repo/workspace.hpp"

namespace mlo::repo {

struct HookState {
  enum class State {
    absent,  ///< no hook of mlo's there
    installed,
    managed,  ///< left to `manager`
  };
  std::string name;  ///< "pre-commit"
  std::string path;  ///< absolute
  State state = State::absent;
  bool beside = false;  ///< another hook runs, too
  std::string manager;  ///< "lefthook", "husky", ...; with how to have it run mlo's hook:
  std::string hint;
};

struct HooksReport {
  std::string directory;  ///< where git looks for hooks, absolute
  std::string
      foreign;  ///< why hooks are not written there ("core.hooksPath is set for all ..."); ""
  std::vector<HookState> hooks;
  bool driver = false;     ///< the merge driver is configured
  std::string attributes;  ///< the file that names it for *.mlo, absolute; "": none does
  bool changed = false;    ///< anything was written
  /// Nothing is left to do.
  bool complete() const;
};

struct InstallHooksOptions {
  std::string program;      ///< mlo's own path, for when PATH has none
  bool force = false;       ///< write into what another tool manages
  bool attributes = false;  ///< name the driver in .gitattributes, which others get, too
};

/// Both throw usage outside of a git repository.
HooksReport install_hooks(Env& env, Workspace& workspace, const InstallHooksOptions& options);
/// Leaves .gitattributes alone: others rely on it.
HooksReport uninstall_hooks(Env& env, Workspace& workspace);
/// What install would find.
HooksReport inspect_hooks(Git& git);

}  // namespace mlo::repo
