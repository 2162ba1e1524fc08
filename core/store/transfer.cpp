#include "store/transfer.hpp"

#include <fcntl.h>

#include <array>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"

namespace mlo::store {
namespace {

// All slots together stay in a second-level cache: what was read is still there when it is hashed and written.
constexpr size_t kChunk = 256 << 10;
constexpr uint64_t kWriteBack = 8 << 20;

// Hashes chunks in the order of submission on its own thread. At most kSlots - 1 chunks wait, so
// the caller may fill slot i again as soon as acquire(i) returns.
class HashThread {
 public:
  static constexpr size_t kSlots = 4;

  HashThread() : thread_([this] { run(); }) {}
  ~HashThread() { stop(); }

  void submit(std::span<const std::byte> bytes) {
    std::unique_lock hold(mutex_);
    changed_.wait(hold, [&] { return submitted_ - hashed_ < kSlots; });
    chunks_[submitted_++ % kSlots] = bytes;
    changed_.notify_all();
  }
  /// Waits until the slot of the chunk that comes next is free.
  void wait_for_slot() {
    std::unique_lock hold(mutex_);
    changed_.wait(hold, [&] { return submitted_ - hashed_ < kSlots; });
  }
  Digest finish() {
    stop();
    return hasher_.finish();
  }

 private:
  void run() {
    std::unique_lock hold(mutex_);
    for (;;) {
      changed_.wait(hold, [&] { return stopping_ || hashed_ < submitted_; });
      if (hashed_ == submitted_) return;
      std::span<const std::byte> chunk = chunks_[hashed_ % kSlots];
      hold.unlock();
      hasher_.update(chunk);
      hold.lock();
      ++hashed_;
      changed_.notify_all();
    }
  }
  void stop() {
    {
      std::lock_guard hold(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    if (thread_.joinable()) thread_.join();
  }

  Sha256 hasher_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<std::span<const std::byte>, kSlots> chunks_;
  uint64_t submitted_ = 0, hashed_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

// Reads and writes the chunks; `buffer(i)` gives the memory of chunk i, `hash` takes it in.
template <typename Buffer, typename Hash>
uint64_t pump(Env& env, int from, const std::string& from_name, int to, const std::string& to_name,
              const std::function<void(uint64_t)>& progress, Buffer buffer, Hash hash) {
  uint64_t total = 0;
  for (size_t i = 0;; ++i) {
    env.check_cancelled();
    std::span<std::byte> memory = buffer(i);
    size_t got =
        in_context("reading " + quoted(from_name), [&] { return read_some(from, memory); });
    if (got == 0) return total;
    hash(memory.first(got));
    env.files.write(to, memory.first(got), to_name);
    if (total / kWriteBack != (total + got) / kWriteBack) {
      // A hint, not a promise: the durable sync comes later through Env.
      ::sync_file_range(to, 0, 0, SYNC_FILE_RANGE_WRITE);
    }
    total += got;
    if (progress) progress(got);
  }
}

}  // namespace

Transferred hash_and_copy(Env& env, int from, const std::string& from_name, int to,
                          const std::string& to_name, uint64_t expected_size,
                          const std::function<void(uint64_t)>& progress) {
  Transferred result;
  if (expected_size < kPipelineSize || available_threads() < 2) {
    std::vector<std::byte> memory(expected_size < kChunk ? kChunk / 4 : kChunk);
    Sha256 hasher;
    result.size = pump(
        env, from, from_name, to, to_name, progress, [&](size_t) { return std::span(memory); },
        [&](std::span<const std::byte> bytes) { hasher.update(bytes); });
    result.digest = hasher.finish();
    return result;
  }
  std::vector<std::byte> memory(kChunk * HashThread::kSlots);
  HashThread hasher;
  result.size = pump(
      env, from, from_name, to, to_name, progress,
      [&](size_t i) {
        hasher.wait_for_slot();
        return std::span(memory).subspan(i % HashThread::kSlots * kChunk, kChunk);
      },
      [&](std::span<const std::byte> bytes) { hasher.submit(bytes); });
  result.digest = hasher.finish();
  return result;
}

}  // namespace mlo::store
