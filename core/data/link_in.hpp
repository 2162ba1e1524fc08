// A finished file of another tool as an object of the store, by a second name for the same bytes. Only
// where nobody writes such files in place.
#pragma once

#include <optional>
#include <string>

#include "store/batch.hpp"

namespace mlo::data {

/// The file becomes read-only, as every object is. nullopt, with nothing done, where it cannot be
/// shared: on another file system, small enough for a pack, or of another user, whose times the store
/// could not set. The caller has to compare the digest.
std::optional<store::AddedFile> link_in(Env& env, const std::string& file, store::Batch& batch,
                                        const store::ObjectStore& store);

}  // namespace mlo::data
