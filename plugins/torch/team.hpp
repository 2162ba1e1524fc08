// A handful of threads that run the same function together, again and again, microseconds apart: a
// training step of a small model takes less time than waking an OpenMP team. Members spin briefly,
// then sleep. Results never depend on the number of members (kernels.hpp).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

namespace mlo_torch {

class Team {
 public:
  explicit Team(size_t members);
  Team(const Team&) = delete;
  ~Team();

  size_t members() const { return threads_.size() + 1; }

  /// work(member) on every member at once; the caller is member 0. Returns when all are done. work
  /// must not throw.
  template <typename Work>
  void run(Work&& work) {
    if (threads_.empty()) return work(size_t{0});
    start([](void* w, size_t member) { (*static_cast<std::remove_reference_t<Work>*>(w))(member); },
          &work);
    work(size_t{0});
    finish();
  }

  /// The part of [0, count) for this member, in multiples of `grain`.
  std::pair<size_t, size_t> part(size_t count, size_t member, size_t grain = 1) const;

 private:
  using Call = void (*)(void*, size_t);
  void start(Call call, void* work);
  void finish();
  void loop(size_t member);
  void stop();

  std::vector<std::thread> threads_;
  Call call_ = nullptr;
  void* work_ = nullptr;
  std::atomic<uint32_t> round_{0};
  std::atomic<uint32_t> pending_{0};
  std::atomic<bool> stopping_{false};
};

}  // namespace mlo_torch
