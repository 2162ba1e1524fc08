// The seam to the file system for everything that changes it. Reading needs no seam
// (descriptor.hpp); each method here is one fault point, which is what makes "fail the k-th call",
// "kill at the k-th call" and "lose power at the k-th call" unit tests (tests/fault). All methods
// throw mlo::Error with errno and the path; all create with O_CLOEXEC. Thread-safe: implementations
// keep no state per call.
#pragma once

#include <sys/types.h>

#include <span>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"

namespace mlo {

enum class Create { exclusive, truncate, append };

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  /// Creates (exclusive: EEXIST if there) and opens read-write. `append` opens or creates.
  virtual Descriptor create(const At& place, Create how, mode_t mode) = 0;
  /// Writes all bytes at the current position.
  virtual void write(int fd, std::span<const std::byte> bytes, const std::string& name) = 0;
  virtual void truncate(int fd, off_t size, const std::string& name) = 0;
  /// fsync of a file or a directory descriptor.
  virtual void sync(int fd, const std::string& name) = 0;
  virtual void rename(const At& from, const At& to) = 0;
  /// Fails with EEXIST instead of replacing.
  virtual void rename_new(const At& from, const At& to) = 0;
  virtual void link(const At& from, const At& to) = 0;
  virtual void symlink(const std::string& target, const At& place) = 0;
  virtual void unlink(const At& place) = 0;
  virtual void make_directory(const At& place, mode_t mode) = 0;
  virtual void remove_directory(const At& place) = 0;
  virtual void change_mode(const At& place, mode_t mode) = 0;
  /// Sets the modification time to now (freshening an object before gc can see it as old).
  virtual void touch(const At& place) = 0;
  /// Shares the extents of `from` (FICLONE); false where the file system cannot.
  virtual bool clone(int from, int to, const std::string& name) = 0;
  /// Copies all bytes of `from` to `to` (copy_file_range, then read/write).
  virtual void copy(int from, int to, const std::string& name) = 0;
};

/// The real one.
FileSystem& posix_files();

inline std::span<const std::byte> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::byte*>(text.data()), text.size()};
}
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// mkdir -p. New directories are not synced; durable callers use sync_directory on the parents.
void make_directories(FileSystem& files, const std::string& path, mode_t mode = 0777);
/// fsync of the directory itself, so that names created in it survive power loss.
void sync_directory(FileSystem& files, const std::string& path);
/// The same for names that another process made, which perhaps was killed before its own sync; does
/// nothing when no name changed for a minute, as file systems write back after 5 to 30 s.
void sync_recent_names(FileSystem& files, const std::string& directory);
/// rm -r; nothing there is no error. Never follows a symbolic link.
void remove_tree(FileSystem& files, const std::string& path);

/// temp -> write -> fsync -> rename -> fsync directory. The destructor removes the temporary file
/// and never publishes: the old content or the new one, whatever happens.
class AtomicFile {
 public:
  enum class Durability { durable, process_safe };
  AtomicFile(FileSystem& files, std::string path, mode_t mode = 0666,
             Durability durability = Durability::durable);
  AtomicFile(const AtomicFile&) = delete;
  ~AtomicFile();
  void write(std::string_view text);
  int fd() const { return fd_.get(); }
  void commit();

 private:
  FileSystem& files_;
  std::string path_;
  std::string temporary_;
  Descriptor fd_;
  Durability durability_;
};

void write_file_atomically(FileSystem& files, const std::string& path, std::string_view text,
                           mode_t mode = 0666);

}  // namespace mlo
