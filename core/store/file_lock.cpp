#include "store/file_lock.hpp"

#include <sys/file.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <thread>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::store {
namespace {

bool try_lock(int fd, LockKind kind, const std::string& file) {
  int operation = (kind == LockKind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB;
  while (::flock(fd, operation) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    throw system_error("cannot lock " + quoted(file), errno);
  }
  return true;
}

}  // namespace

FileLock FileLock::acquire(Env& env, const std::string& file, LockKind kind, int64_t timeout,
                           const std::string& what) {
  Descriptor fd = open_read(file);
  // Polling, because flock cannot time out without a signal; the sum of the sleeps is the measure,
  // so that a clock of a test need not move.
  int64_t waited = 0;
  int64_t pause = 1'000'000;
  while (!try_lock(fd.get(), kind, file)) {
    env.check_cancelled();
    if (waited >= timeout) {
      throw failure(what + " is in use by another mlo", "wait for it to end, and try again");
    }
    std::this_thread::sleep_for(std::chrono::nanoseconds(pause));
    waited += pause;
    pause = std::min<int64_t>(pause * 2, 50'000'000);
  }
  return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_acquire(const std::string& file, LockKind kind) {
  Descriptor fd = open_read(file);
  if (!try_lock(fd.get(), kind, file)) return std::nullopt;
  return FileLock(std::move(fd));
}

}  // namespace mlo::store
