// A lock between processes on a file that exists: flock(2), so the kernel drops it when its holder
// dies, however it dies, and a read-only descriptor suffices (a shared lock on a read-only store
// works). Waiting is bounded: a lock that stays taken is an error that names the file.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/descriptor.hpp"
#include "base/env.hpp"

namespace mlo::store {

enum class LockKind { shared, exclusive };

/// Nanoseconds; what commands use where the user gave no --lock-timeout.
inline constexpr int64_t kDefaultLockTimeout = 10'000'000'000;

/// Held until destroyed or moved from.
class FileLock {
 public:
  /// Waits up to `timeout` ns (0: one try). Throws when it stays taken ("store 'x' is in use by
  /// another mlo"), when the file cannot be opened, and interrupted() when the user cancels.
  static FileLock acquire(Env& env, const std::string& file, LockKind kind, int64_t timeout,
                          const std::string& what);
  /// One try; nullopt when another process holds it.
  static std::optional<FileLock> try_acquire(const std::string& file, LockKind kind);

 private:
  explicit FileLock(Descriptor fd) : fd_(std::move(fd)) {}
  Descriptor fd_;
};

}  // namespace mlo::store
