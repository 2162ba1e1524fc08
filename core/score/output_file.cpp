#include "score/output_file.hpp"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::score {
namespace {

constexpr int kMostLinks = 40;  // as Linux does
constexpr mode_t kModeBits = 0777;

/// A link there may be no path at all: it stands for an open descriptor.
bool is_in_proc(const std::string& path) {
  const std::string directory = join_path(".", parent_path(path));
  struct statfs system {};
  return ::statfs(directory.c_str(), &system) == 0 && system.f_type == PROC_SUPER_MAGIC;
}

bool is_link(const std::string& path) {
  auto status = stat_of(path);
  return status && S_ISLNK(status->st_mode);
}

std::string link_text(const std::string& path) {
  std::array<char, PATH_MAX> text;
  ssize_t size = ::readlink(path.c_str(), text.data(), text.size());
  if (size < 0) throw system_error("cannot read the link " + quoted(path), errno);
  return {text.data(), static_cast<size_t>(size)};
}

/// The place behind symbolic links, which need not exist; a link in /proc is such a place itself.
std::string followed(const std::string& path) {
  std::string place = path;
  for (int links = 0; is_link(place) && !is_in_proc(place); ++links) {
    if (links == kMostLinks) throw system_error("cannot open " + quoted(path), ELOOP);
    place = join_path(parent_path(place), link_text(place));
  }
  return place;
}

/// Without O_CREAT: what went away in the meantime does not become a file. O_APPEND is for a
/// descriptor of a regular file, whose text stays.
Descriptor open_stream(const Env& env, const std::string& place, const std::string& name) {
  for (;;) {
    env.check_cancelled();
    int fd = ::open(place.c_str(), O_WRONLY | O_APPEND | O_NOCTTY | O_CLOEXEC);
    if (fd >= 0) return Descriptor(fd);
    if (errno != EINTR) throw system_error("cannot open " + quoted(name), errno);
  }
}

/// The umask made it narrower; nobody else sees the file yet.
void restore_mode(int fd, mode_t mode, const std::string& name) {
  struct stat now {};
  if (::fstat(fd, &now) == 0 && (now.st_mode & kModeBits) == mode) return;
  if (::fchmod(fd, mode) != 0) throw system_error("cannot set the mode of " + quoted(name), errno);
}

}  // namespace

OutputFile::OutputFile(Env& env, const std::string& path) : env_(env), path_(path) {
  std::string place = followed(path);
  auto there = stat_target(place);
  if (there && S_ISDIR(there->st_mode)) throw failure(quoted(path) + " is a directory");
  if (there && (!S_ISREG(there->st_mode) || is_link(place))) {
    stream_ = open_stream(env, place, path);
    return;
  }
  mode_t mode = there ? there->st_mode & kModeBits : 0666;
  atomic_.emplace(env.files, place, mode);
  if (there) restore_mode(atomic_->fd(), mode, path);
}

void OutputFile::write(std::string_view text) {
  if (atomic_) return atomic_->write(text);
  while (!text.empty()) {
    env_.check_cancelled();
    ssize_t wrote = ::write(stream_.get(), text.data(), text.size());
    if (wrote < 0 && errno == EINTR) continue;
    if (wrote < 0) throw system_error("cannot write " + quoted(path_), errno);
    text.remove_prefix(static_cast<size_t>(wrote));
  }
}

void OutputFile::commit() {
  if (atomic_) atomic_->commit();
}

}  // namespace mlo::score
