// The merge driver for pointers, in git's own files: `merge.mlo.*` in the repository's config, and the
// attribute `merge=mlo` for `*.mlo`. Private to hooks.cpp.
#pragma once

#include <string>

#include "base/env.hpp"
#include "repo/git.hpp"

namespace mlo::repo {

bool has_merge_driver(const Git& git);
/// Both: true when something was written. The config is changed as git does it, under `config.lock`.
bool install_merge_driver(Env& env, const Git& git, const std::string& program);
bool uninstall_merge_driver(Env& env, const Git& git);

/// The file that gives `*.mlo` the driver: .gitattributes at the top or info/attributes; "" if none.
std::string merge_attributes(const Git& git);
bool install_local_attributes(Env& env, const Git& git);
bool uninstall_local_attributes(Env& env, const Git& git);
/// Adds the line to .gitattributes at the top of the work tree.
bool install_shared_attributes(Env& env, const Git& git);

}  // namespace mlo::repo
