// Bytes from one file to another, hashed on the way: each byte is read once, and what is hashed is
// what is written, whatever happens to the source meanwhile.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/digest.hpp"
#include "base/env.hpp"

namespace mlo::store {

struct Transferred {
  Digest digest;
  uint64_t size = 0;
};

/// Files of at least this size are hashed on a second thread while the first reads and writes.
inline constexpr uint64_t kPipelineSize = 16 << 20;

/// From the current position of `from` to its end. `expected_size` only decides on the second
/// thread. Starts the write-back early, so that the sync at the end finds little left to do.
Transferred hash_and_copy(Env& env, int from, const std::string& from_name, int to,
                          const std::string& to_name, uint64_t expected_size,
                          const std::function<void(uint64_t)>& progress = {});

}  // namespace mlo::store
