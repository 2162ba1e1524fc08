#include "remote/retry.hpp"

#include <algorithm>
#include <chrono>
#include <random>
#include <thread>

namespace mlo::remote {
namespace {

constexpr int64_t kMostAsked = 60 * kSecond;

/// Uniform in [0, 1).
double random_share() {
  thread_local std::mt19937_64 generator{std::random_device{}()};
  return std::uniform_real_distribution<double>(0, 1)(generator);
}

}  // namespace

void wait(Env& env, int64_t nanoseconds) {
  int64_t start = env.clock.ticks();
  for (;;) {
    env.check_cancelled();
    int64_t left = nanoseconds - (env.clock.ticks() - start);
    if (left <= 0) return;
    std::this_thread::sleep_for(std::chrono::nanoseconds(std::min<int64_t>(left, 50'000'000)));
  }
}

bool Retry::again(std::optional<int64_t> asked) {
  if (made_ >= policy_.attempts) return false;
  int64_t whole = policy_.first_wait;
  for (int i = 1; i < made_ && whole < policy_.longest_wait; ++i) whole *= 2;
  whole = std::min(whole, policy_.longest_wait);
  int64_t pause = whole / 2 + static_cast<int64_t>(static_cast<double>(whole / 2) * random_share());
  if (asked) pause = std::max(pause, std::min(*asked, kMostAsked));
  ++made_;
  wait(env_, pause);
  return true;
}

void Retry::limit(int most) { policy_.attempts = std::min(policy_.attempts, most); }

}  // namespace mlo::remote
