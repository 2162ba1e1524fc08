#include "base/parallel.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo {

// cgroup v2's "max 100000" or "150000 100000": quota and period in microseconds.
static unsigned quota_of_cgroup() {
  try {
    auto text = read_file_if_exists("/sys/fs/cgroup/cpu.max", 256);
    if (!text) return 0;
    auto words = split(trimmed(*text), ' ');
    if (words.size() != 2) return 0;
    auto quota = parse_double(words[0]), period = parse_double(words[1]);
    if (!quota || !period || *period <= 0) return 0;
    return static_cast<unsigned>(std::max(1.0, std::ceil(*quota / *period)));
  } catch (const Error&) {
    return 0;
  }
}

unsigned available_threads() {
  static const unsigned threads = [] {
    cpu_set_t set;
    unsigned count = 1;
    if (::sched_getaffinity(0, sizeof set, &set) == 0) {
      count = static_cast<unsigned>(std::max(1, CPU_COUNT(&set)));
    }
    unsigned quota = quota_of_cgroup();
    return quota > 0 ? std::min(count, quota) : count;
  }();
  return threads;
}

void parallel_for(size_t count, const std::function<void(size_t)>& work, unsigned threads) {
  if (threads == 0) threads = available_threads();
  threads = static_cast<unsigned>(std::min<size_t>(threads, count));
  if (threads <= 1) {
    for (size_t i = 0; i < count; ++i) work(i);
    return;
  }
  std::atomic<size_t> next{0};
  std::mutex mutex;
  std::exception_ptr first;
  auto loop = [&] {
    for (size_t i; (i = next.fetch_add(1)) < count;) {
      try {
        work(i);
      } catch (...) {
        std::lock_guard lock(mutex);
        if (!first) first = std::current_exception();
        next.store(count);
      }
    }
  };
  std::vector<std::jthread> team;
  for (unsigned i = 1; i < threads; ++i) team.emplace_back(loop);
  loop();
  team.clear();
  if (first) std::rethrow_exception(first);
}

}  // namespace mlo
