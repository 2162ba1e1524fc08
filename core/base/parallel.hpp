// A bounded parallel loop: the only threads of core besides the servers'.
#pragma once

#include <cstddef>
#include <functional>

namespace mlo {

/// Hardware threads this process may use (affinity and cgroup quota respected), at least 1.
unsigned available_threads();

/// Calls work(i) for every i in [0, count) on up to `threads` threads (0: available_threads()),
/// in ascending order of start. The first exception stops further starts and is rethrown.
void parallel_for(size_t count, const std::function<void(size_t)>& work, unsigned threads = 0);

}  // namespace mlo
