// Ranges of packs as checked chunks, on several threads.
#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <span>
#include <string>

#include "base/env.hpp"
#include "remote/locate.hpp"
#include "remote/remote.hpp"

namespace mlo::remote {

class RangeReader {
 public:
  RangeReader(Env& env, Remote& remote, unsigned jobs) : env_(env), remote_(remote), jobs_(jobs) {}

  /// Reads all ranges and calls `chunk` for each read whose bytes are those of its id, and `bad` for the
  /// others; from several threads. Throws what `chunk` throws, interrupted, and the remote's error
  /// once it has failed eight times.
  void read(std::span<const ChunkRead> reads, std::span<const RangeRead> ranges,
            const std::function<void(const ChunkRead&, std::string)>& chunk,
            const std::function<void(const ChunkRead&)>& bad);

  uint64_t received() const { return received_; }
  /// The first failure, empty: none.
  const std::string& damage() const { return damage_; }

 private:
  void read_one(std::span<const ChunkRead> reads, const RangeRead& range,
                const std::function<void(const ChunkRead&, std::string)>& chunk,
                const std::function<void(const ChunkRead&)>& bad);
  void note(const std::string& pack, const Error& error);

  Env& env_;
  Remote& remote_;
  const unsigned jobs_;
  std::atomic<uint64_t> received_ = 0;
  std::atomic<int> failures_ = 0;
  std::mutex mutex_;
  std::string damage_;
};

}  // namespace mlo::remote
