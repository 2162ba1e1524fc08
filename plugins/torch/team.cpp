#include "team.hpp"

#include <algorithm>

namespace mlo_torch {

namespace {

// About 25 us (a pause takes 140 cycles on recent Intel cores): longer than the gap between two steps, a
// small part of a time slice.
constexpr int kSpins = 500;

inline void pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Team::Team(size_t members) {
  try {
    for (size_t member = 1; member < members; ++member)
      threads_.emplace_back([this, member] { loop(member); });
  } catch (...) {
    stop();  // a running std::thread that is destroyed ends the process
    throw;
  }
}

Team::~Team() { stop(); }

void Team::stop() {
  stopping_ = true;
  round_.fetch_add(1);
  round_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::start(Call call, void* work) {
  call_ = call;
  work_ = work;
  pending_.store(static_cast<uint32_t>(threads_.size()), std::memory_order_relaxed);
  round_.fetch_add(1, std::memory_order_release);
  round_.notify_all();
}

void Team::finish() {
  for (int spin = 0; spin < kSpins; ++spin) {
    if (pending_.load(std::memory_order_acquire) == 0) return;
    pause();
  }
  for (uint32_t left; (left = pending_.load(std::memory_order_acquire)) != 0;) pending_.wait(left);
}

void Team::loop(size_t member) {
  for (uint32_t seen = 0;;) {
    for (int spin = 0; spin < kSpins && round_.load(std::memory_order_acquire) == seen; ++spin)
      pause();
    round_.wait(seen, std::memory_order_acquire);
    ++seen;
    if (stopping_) return;
    call_(work_, member);
    if (pending_.fetch_sub(1, std::memory_order_acq_rel) == 1) pending_.notify_one();
  }
}

std::pair<size_t, size_t> Team::part(size_t count, size_t member, size_t grain) const {
  size_t units = (count + grain - 1) / grain, n = members();
  size_t begin = units * member / n * grain, end = units * (member + 1) / n * grain;
  return {std::min(begin, count), std::min(end, count)};
}

}  // namespace mlo_torch
