#include "remote/retry.hpp"

#include <catch2/catch.hpp>
#include <thread>

#include "support/error_of.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using remote::kSecond;

namespace {

/// Counts what was waited: each look at the clock moves it by a millisecond of its own accord.
class CountingClock final : public Clock {
 public:
  Time now() override { return 0; }
  int64_t ticks() override { return ticks_ += step; }
  int64_t step = kSecond / 20;

 private:
  int64_t ticks_ = 0;
};

}  // namespace

TEST_CASE("waits double, with chance in them, and end after the attempts") {
  test::TestEnv base;
  CountingClock clock;
  clock.step = 1000 * kSecond;
  Env env{posix_files(), clock, base.reporter, base.variables, base.cancelled};
  remote::Retry retry(env);
  int again = 0;
  while (retry.again()) ++again;
  CHECK(again == 6);
  CHECK(retry.attempts() == 7);
  remote::Retry few(env);
  few.limit(2);
  CHECK(few.again());
  CHECK_FALSE(few.again());
}

TEST_CASE("a server's wish is honoured") {
  test::TestEnv base;
  CountingClock clock;
  Env env{posix_files(), clock, base.reporter, base.variables, base.cancelled};
  remote::Retry retry(env);
  int64_t start = clock.ticks();
  CHECK(retry.again(kSecond));
  int64_t waited = clock.ticks() - start;
  CHECK(waited >= kSecond);
  CHECK(waited < 2 * kSecond);
}

TEST_CASE("a signal ends a wait at once") {
  test::TestEnv env;  // whose clock stands still
  std::thread signal([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(30));
    env.cancelled = true;
  });
  CHECK(test::error_of([&] { remote::wait(env.env, 3600 * kSecond); }).code() == Exit::interrupted);
  signal.join();
}
