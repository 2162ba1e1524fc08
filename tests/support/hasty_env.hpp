// An Env whose clock runs ahead by a minute each time it is asked for a duration, so that waits of retries take
// no time.
#pragma once

#include <atomic>

#include "support/test_env.hpp"

namespace mlo::test {

class HastyClock final : public Clock {
 public:
  Time now() override { return system_clock().now(); }
  int64_t ticks() override { return ticks_ += int64_t{60} * 1'000'000'000; }

 private:
  std::atomic<int64_t> ticks_ = 0;
};

struct HastyEnv {
  HastyEnv() : env{posix_files(), clock, base.reporter, base.variables, base.cancelled} {}
  HastyEnv(const HastyEnv&) = delete;
  TestEnv base;
  HastyClock clock;
  Env env;
};

}  // namespace mlo::test
