// Trying again what may go away by itself: cut connections, busy and restarting servers. Waits grow from a
// quarter of a second twofold up to 16 s, half of each at random, so that many clients of one server do
// not come back at the same moment.
#pragma once

#include <cstdint>
#include <optional>

#include "base/env.hpp"

namespace mlo::remote {

inline constexpr int64_t kSecond = 1'000'000'000;

struct RetryPolicy {
  int attempts = 7;  ///< in all; with the waits below, 12 to 24 s
  int64_t first_wait = kSecond / 4;
  int64_t longest_wait = 16 * kSecond;
};

/// Returns after `nanoseconds` of Env's clock; throws interrupted() within a tenth of a second of a
/// signal.
void wait(Env& env, int64_t nanoseconds);

/// One operation with its attempts. Not thread-safe.
class Retry {
 public:
  explicit Retry(Env& env, RetryPolicy policy = {}) : env_(env), policy_(policy) {}
  /// Waits and returns true, or false when the attempts are used up. `asked`: what the server asked to wait
  /// (Retry-After), honoured up to a minute. Throws interrupted().
  bool again(std::optional<int64_t> asked = std::nullopt);
  int attempts() const { return made_; }  ///< begun so far
  /// No more attempts than `most` in all, for faults that are seldom passing (a refused connection).
  void limit(int most);

 private:
  Env& env_;
  RetryPolicy policy_;
  int made_ = 1;
};

}  // namespace mlo::remote
