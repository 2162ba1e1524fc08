// The text of mlo's part of a git hook: POSIX sh, between the marks of managed_block.hpp.
//
// It runs `mlo hooks run NAME` with the mlo on PATH, else with the program that installed it, and says so
// when there is neither. Standing at the top of somebody's script it changes nothing of what follows:
// arguments, standard input and options of the shell are as before.
#pragma once

#include <array>
#include <string>
#include <string_view>

namespace mlo::repo {

inline constexpr std::array<std::string_view, 4> kHookNames = {"pre-commit", "post-checkout",
                                                               "post-merge", "pre-push"};

/// Renamed hooks lie beside ours: what no shell could run our lines in front of.
inline constexpr std::string_view kKeptSuffix = ".before-mlo";

/// The lines for hook `name`. `program`: absolute, used where PATH has no mlo; "" names none, for hooks
/// that other machines read. `keeps`: a renamed hook follows and is run last.
enum class Keeps { nothing, renamed };
std::string hook_lines(std::string_view name, const std::string& program, Keeps keeps);

/// As one word for sh, whatever is in it.
std::string shell_quoted(std::string_view text);

/// Whether sh, bash, dash, ksh or zsh runs the script, by its first line, which ends with a newline.
bool is_shell_script(std::string_view text);
/// The tool that writes this hook anew whenever it likes ("pre-commit", "lefthook"...); "" if none.
std::string manager_of_hook(std::string_view text);
/// How to have `manager` run mlo's hook.
std::string manager_hint(const std::string& manager, std::string_view hook);

}  // namespace mlo::repo
