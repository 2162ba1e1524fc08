// Names in directories, and the names of objects among them.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/digest.hpp"

namespace mlo::store {

/// Names in a directory without "." and "..", sorted; empty when there is no such directory. Throws
/// when it cannot be read.
std::vector<std::string> names_in(const std::string& directory);

/// Calls `visit` for every file below loose/: with its digest, or nullptr when the name is none.
void for_each_loose(const std::string& store_path, std::string_view prefix,
                    const std::function<void(const std::string& file, const Digest*)>& visit);

}  // namespace mlo::store
