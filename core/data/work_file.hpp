// Single files of the work tree, by the same rules as whole directories.
#pragma once

#include <string>

#include "data/scan.hpp"

namespace mlo::data {

/// Hashes one regular file into `entry` and records it in the index; returns 1, the files read.
uint64_t hash_one(Env& env, repo::Workspace& workspace, const std::string& path, ScanEntry& entry,
                  repo::StatIndex& index, Unreadable unreadable = Unreadable::fail);
/// The same, storing it in `batch`; a known digest whose object the store still has is kept unread (0).
uint64_t store_one(Env& env, repo::Workspace& workspace, const std::string& path, ScanEntry& entry,
                   repo::StatIndex& index, store::Batch& batch);

/// Saves a changed index; a read-only workspace or a full disk only costs time later.
void save_if_possible(Env& env, repo::Workspace& workspace, repo::StatIndex& index);

}  // namespace mlo::data
