// The names of objects in the directories of a store.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace mlo::store {

/// Calls `visit` for every file below loose/: with its digest, or nullptr when the name is none.
void for_each_loose(const std::string& store_path, std::string_view prefix,
                    const std::function<void(const std::string& file, const Digest*)>& visit);

}  // namespace mlo::store
