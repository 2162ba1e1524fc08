// An owned file descriptor, and a read-only view of a whole file. Every descriptor of mlo is
// O_CLOEXEC: children of `track exec` and of `deploy` must not inherit the store's locks.
#pragma once

#include <sys/stat.h>

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlo {

class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  int release();
  void close();

 private:
  int fd_ = -1;
};

/// A place in the file system: `path` relative to the directory `dir` (default: absolute path, or
/// relative to the working directory). Converts from a plain path, so most callers never see it.
struct At {
  At(std::string p) : path(std::move(p)) {}
  At(const char* p) : path(p) {}
  At(int d, std::string p) : dir(d), path(std::move(p)) {}
  int dir = -100;  // AT_FDCWD
  std::string path;
};

/// Opens for reading; throws ("cannot open 'x': Permission denied").
Descriptor open_read(const At& place);
/// nullopt when nothing is there (ENOENT, ENOTDIR); never follows a final symbolic link.
std::optional<struct stat> stat_of(const At& place);
/// Like stat_of but follows links.
std::optional<struct stat> stat_target(const At& place);
bool exists(const At& place);
bool is_directory(const At& place);

/// Names in a directory without "." and "..", sorted; empty when there is no such directory. Throws
/// when it cannot be read to its end.
std::vector<std::string> names_in(const std::string& directory);

/// The whole file as bytes; throws if it cannot be read or is larger than `limit`.
std::string read_file(const At& place, size_t limit = SIZE_MAX);
/// nullopt when the file does not exist.
std::optional<std::string> read_file_if_exists(const At& place, size_t limit = SIZE_MAX);
/// Reads exactly until end of file or `size` bytes; returns the number read.
size_t read_some(int fd, std::span<std::byte> buffer);

/// A read-only mapping of a whole regular file. An empty file maps to an empty span.
class MappedFile {
 public:
  explicit MappedFile(const At& place);
  explicit MappedFile(int fd, const std::string& name);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  ~MappedFile();
  std::span<const std::byte> bytes() const { return {data_, size_}; }
  std::string_view text() const { return {reinterpret_cast<const char*>(data_), size_}; }

 private:
  const std::byte* data_ = nullptr;
  size_t size_ = 0;
};

}  // namespace mlo
