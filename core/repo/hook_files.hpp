// One hook file: put mlo's lines in, take them out. Private to hooks.cpp.
#pragma once

#include <string>

#include "base/env.hpp"
#include "repo/hooks.hpp"

namespace mlo::repo {

/// What stands at `path`.
HookState inspect_hook(const std::string& name, const std::string& path);
/// True when something was written; `state` is what inspect_hook said and becomes what is there.
bool install_hook(Env& env, HookState& state, const std::string& program);
bool uninstall_hook(Env& env, HookState& state);

/// Writes with exactly this mode, whatever the umask; durable.
void write_with_mode(Env& env, const std::string& path, const std::string& text, mode_t mode);

}  // namespace mlo::repo
