// Names of files in a remote: parts between single slashes, any bytes but NUL, none of them "." or "..".
// A part that starts with '.' is what a backend keeps for itself (temporary files): never put, never
// listed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/error.hpp"

namespace mlo::remote {

/// Throws usage for what is no name at all.
void check_name(const std::string& name);
/// Also refuses hidden parts.
void check_put_name(const std::string& name);
/// "" or a name and a '/'.
void check_prefix(const std::string& prefix);
/// Whether some part starts with '.'.
bool is_hidden(const std::string& name);

/// The error of Backend::read for a file above its limit; `size` where it is known.
Error too_large(const std::string& name, std::optional<uint64_t> size, uint64_t limit);

}  // namespace mlo::remote
