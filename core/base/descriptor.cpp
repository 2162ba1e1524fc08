#include "base/descriptor.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <utility>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo {

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this != &other) {
    close();
    fd_ = other.release();
  }
  return *this;
}

Descriptor::~Descriptor() { close(); }

int Descriptor::release() { return std::exchange(fd_, -1); }

void Descriptor::close() {
  if (fd_ >= 0) ::close(release());
}

Descriptor open_read(const At& place) {
  int fd = ::openat(place.dir, place.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) throw system_error("cannot open " + quoted(place.path), errno);
  return Descriptor(fd);
}

static std::optional<struct stat> stat_with(const At& place, int flags) {
  struct stat info;
  if (::fstatat(place.dir, place.path.c_str(), &info, flags) == 0) return info;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw system_error("cannot read " + quoted(place.path), errno);
}

std::optional<struct stat> stat_of(const At& place) {
  return stat_with(place, AT_SYMLINK_NOFOLLOW);
}

std::optional<struct stat> stat_target(const At& place) { return stat_with(place, 0); }

bool exists(const At& place) { return stat_of(place).has_value(); }

bool is_directory(const At& place) {
  auto info = stat_target(place);
  return info && S_ISDIR(info->st_mode);
}

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) {
    if (errno == ENOENT || errno == ENOTDIR) return names;
    throw system_error("cannot read directory " + quoted(directory), errno);
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw system_error("cannot read directory " + quoted(directory), errno);
  std::sort(names.begin(), names.end());
  return names;
}

size_t read_some(int fd, std::span<std::byte> buffer) {
  size_t total = 0;
  while (total < buffer.size()) {
    ssize_t got = ::read(fd, buffer.data() + total, buffer.size() - total);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error("cannot read", errno);
    if (got == 0) break;
    total += static_cast<size_t>(got);
  }
  return total;
}

static std::string read_all(int fd, const std::string& name, size_t limit) {
  struct stat info;
  if (::fstat(fd, &info) != 0) throw system_error("cannot read " + quoted(name), errno);
  if (S_ISDIR(info.st_mode)) throw system_error("cannot read " + quoted(name), EISDIR);
  if (S_ISREG(info.st_mode) && static_cast<size_t>(info.st_size) > limit) {
    throw failure("reading " + quoted(name) + ": larger than the limit of " + human_size(limit));
  }
  // One byte beyond the recorded size, so that a regular file needs a single pass.
  size_t chunk = std::max<size_t>(static_cast<size_t>(info.st_size) + 1, 64 * 1024);
  std::string text;
  return in_context("reading " + quoted(name), [&] {
    for (;;) {
      size_t old = text.size();
      text.resize(old + chunk);
      size_t got =
          read_some(fd, {reinterpret_cast<std::byte*>(text.data()) + old, text.size() - old});
      text.resize(old + got);
      if (text.size() > limit) {
        throw failure("larger than the limit of " + human_size(limit));
      }
      if (got < chunk) return text;
    }
  });
}

std::string read_file(const At& place, size_t limit) {
  Descriptor file = open_read(place);
  return read_all(file.get(), place.path, limit);
}

std::optional<std::string> read_file_if_exists(const At& place, size_t limit) {
  int fd = ::openat(place.dir, place.path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 && (errno == ENOENT || errno == ENOTDIR)) return std::nullopt;
  if (fd < 0) throw system_error("cannot open " + quoted(place.path), errno);
  Descriptor file(fd);
  return read_all(fd, place.path, limit);
}

MappedFile::MappedFile(const At& place) : MappedFile(open_read(place).get(), place.path) {}

MappedFile::MappedFile(int fd, const std::string& name) {
  struct stat info;
  if (::fstat(fd, &info) != 0) throw system_error("cannot read " + quoted(name), errno);
  if (S_ISDIR(info.st_mode)) throw system_error("cannot read " + quoted(name), EISDIR);
  size_ = static_cast<size_t>(info.st_size);
  if (size_ == 0) return;
  void* address = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) throw system_error("cannot map " + quoted(name), errno);
  data_ = static_cast<const std::byte*>(address);
}

MappedFile::MappedFile(MappedFile&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedFile::~MappedFile() {
  if (data_ != nullptr) ::munmap(const_cast<std::byte*>(data_), size_);
}

}  // namespace mlo
