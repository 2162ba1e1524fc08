#include "store/source_file.hpp"

#include <fcntl.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::store {

static bool same_time(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

Descriptor open_source(const At& place, const std::string& name) {
  // O_NONBLOCK: opening a named pipe must fail the check below instead of waiting for a writer.
  int fd = ::openat(place.dir, place.path.c_str(),
                    O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
  if (fd < 0 && errno == ELOOP) throw failure(quoted(name) + " is a symbolic link");
  if (fd < 0) throw system_error("cannot open " + quoted(name), errno);
  return Descriptor(fd);
}

struct stat source_status(int fd, const std::string& name) {
  struct stat status;
  if (::fstat(fd, &status) != 0) throw system_error("cannot read " + quoted(name), errno);
  if (!S_ISREG(status.st_mode)) throw failure(quoted(name) + " is not a regular file");
  return status;
}

void check_unchanged(int fd, const struct stat& before, uint64_t size, const std::string& name) {
  struct stat after = source_status(fd, name);
  if (static_cast<uint64_t>(before.st_size) != size || before.st_size != after.st_size ||
      !same_time(before.st_mtim, after.st_mtim) || !same_time(before.st_ctim, after.st_ctim)) {
    throw failure(quoted(name) + " changed while it was read",
                  "wait until its writer is done and try again");
  }
}

}  // namespace mlo::store
