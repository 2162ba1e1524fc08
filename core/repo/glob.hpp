// Patterns of .gitignore and .mloignore, as git matches them (wildmatch with WM_PATHNAME).
#pragma once

#include <string_view>

namespace mlo::repo {

/// On bytes. '*' and '?' stop at '/'; "**/" at the beginning or after a '/' is any number of
/// directories, "/**" at the end everything below; "[...]" with ranges, '!' or '^', and POSIX classes
/// such as [:alpha:] of the C locale. A pattern with an open '[' or an unknown class matches nothing.
/// Takes at most |glob| * |path| steps.
bool glob_matches(std::string_view glob, std::string_view path);

}  // namespace mlo::repo
