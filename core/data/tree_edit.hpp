// Changing one path of a stored tree.
#pragma once

#include <optional>
#include <string_view>

#include "store/batch.hpp"
#include "store/tree.hpp"

namespace mlo::data {

/// The tree `root` with `path` ("a/b.csv") set to `entry`, or without it (nullopt). Only the
/// directories on the way are read and written; missing ones are made. A file in the way of a
/// directory is replaced. Returns digest, size and count of the new root.
store::TreeEntry with_path(store::ObjectStore& store, store::Batch& batch, const Digest& root,
                           std::string_view path, const std::optional<store::TreeEntry>& entry);

}  // namespace mlo::data
