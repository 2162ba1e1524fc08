// The loose objects of one batch: files in tmp/ until publish().
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"

namespace mlo::store {

/// A file in tmp/ that is removed unless it was released.
class TemporaryObject {
 public:
  TemporaryObject(Env& env, const std::string& store_path);
  /// Moves a finished file here; nullopt where the file system cannot.
  static std::optional<TemporaryObject> adopt(Env& env, const std::string& store_path,
                                              const std::string& file);
  TemporaryObject(TemporaryObject&&) noexcept;
  ~TemporaryObject();
  int fd() const { return fd_.get(); }
  const std::string& path() const { return path_; }
  /// Keeps the file, closes the descriptor (a batch may hold more files than descriptors).
  void close() { fd_.close(); }
  /// The file has another name now.
  void release() { path_.clear(); }

 private:
  TemporaryObject(Env& env, std::string path, Descriptor fd)
      : env_(&env), path_(std::move(path)), fd_(std::move(fd)) {}
  Env* env_;
  std::string path_;
  Descriptor fd_;
};

struct LooseObject {
  Digest digest;
  TemporaryObject file;
};

/// Makes all of them durable: syncs on all threads (the first one commits the journal for all),
/// renames to loose/ab/cdef.., syncs the directories.
void publish_loose(Env& env, const std::string& store_path, std::span<LooseObject> objects);

}  // namespace mlo::store
