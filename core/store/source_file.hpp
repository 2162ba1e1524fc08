// A file that is read into the store: opened without being followed or waited for, and checked for
// holding still while it was read.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"

namespace mlo::store {

/// Throws for symbolic links and for what cannot be opened; never waits at a named pipe.
Descriptor open_source(const At& place, const std::string& name);
/// Throws unless it is a regular file.
struct stat source_status(int fd, const std::string& name);
/// Throws when size or times are not those of `before`, or other than `size` bytes were read.
void check_unchanged(int fd, const struct stat& before, uint64_t size, const std::string& name);

}  // namespace mlo::store
