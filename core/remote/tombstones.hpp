// tombstones/<64 hex>: gc is about to delete the pack of that name. The file holds one line,
//
//   mlo-tombstone 1 <RFC 3339 time> waiting|deleted
//
// with the time when gc found the pack unused (waiting) or deleted it (deleted: kept for another grace
// period, so that a push with an older index still learns of it). Not sealed: it says no more than
// its name.
#pragma once

#include <string>
#include <unordered_map>
#include <unordered_set>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "remote/backend.hpp"

namespace mlo::remote {

struct Tombstone {
  Time time = 0;
  bool deleted = false;
};

std::string tombstone_name(const Digest& pack);
std::string format_tombstone(const Tombstone& tombstone);
/// Throws failure when malformed.
Tombstone parse_tombstone(std::string_view text, const std::string& name);

/// One request.
std::unordered_set<Digest> tombstoned_packs(Backend& backend);
/// One request more for each.
std::unordered_map<Digest, Tombstone> read_tombstones(Env& env, Backend& backend, unsigned jobs);

}  // namespace mlo::remote
