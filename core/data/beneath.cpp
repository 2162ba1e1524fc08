#include "data/beneath.hpp"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr int kFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

int open_in_steps(int root, const std::string& directory) {
  int fd = ::openat(root, ".", kFlags);
  for (std::string_view part : split(directory, '/')) {
    if (fd < 0) return fd;
    int next = part == ".." ? -1 : ::openat(fd, std::string(part).c_str(), kFlags);
    int error = part == ".." ? EXDEV : errno;
    ::close(fd);
    errno = error;
    fd = next;
  }
  return fd;
}

int open_beneath(int root, const std::string& directory) {
  if (directory.empty()) return ::openat(root, ".", kFlags);
  struct open_how how {};
  how.flags = kFlags;
  how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS;
  long fd = ::syscall(SYS_openat2, root, directory.c_str(), &how, sizeof how);
  if (fd < 0 && (errno == ENOSYS || errno == EPERM)) return open_in_steps(root, directory);
  return static_cast<int>(fd);
}

}  // namespace

Beneath::Beneath(const std::string& root)
    : root_path_(root), root_(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
  if (!root_) throw system_error("cannot open " + quoted(root), errno);
}

Descriptor Beneath::open(const std::string& directory) const {
  int fd = open_beneath(root_.get(), directory);
  if (fd < 0 && errno == ELOOP) {
    throw failure(quoted(directory) + " leads through a symbolic link",
                  "mlo writes only into real directories of the work tree");
  }
  if (fd < 0) throw system_error("cannot open " + quoted(directory), errno);
  return Descriptor(fd);
}

void Beneath::make(FileSystem& files, const std::string& directory) const {
  if (directory.empty()) return;
  int fd = open_beneath(root_.get(), directory);
  if (fd >= 0) {
    Descriptor close_it(fd);
    return;
  }
  if (errno != ENOENT) {
    open(directory);  // throws
    return;
  }
  std::string above(parent_path(directory));
  make(files, above);
  files.make_directory({open(above).get(), std::string(file_name(directory))}, 0777);
}

}  // namespace mlo::data
