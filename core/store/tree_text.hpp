// One entry of a tree as text, without making an object of it: how a directory of the work tree is
// hashed straight from its packed listing (data/compare.hpp).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/digest.hpp"

namespace mlo::store {

/// What every tree begins with.
inline constexpr std::string_view kTreeHeader = "mlo-tree 1\n";

/// Appends "MODE SP DIGEST SP SIZE SP COUNT SP NAME NUL" (tree.hpp). The caller has checked the name
/// (bad_tree_name) and the order.
void append_tree_entry(std::string& out, uint32_t mode, const Digest& digest, uint64_t size,
                       uint64_t count, std::string_view name);

}  // namespace mlo::store
