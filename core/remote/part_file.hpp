// A large object on its way in: a file that grows chunk by chunk and survives an interruption.
#pragma once

#include <optional>
#include <string>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "remote/locate.hpp"
#include "store/file_lock.hpp"

namespace mlo::remote {

class PartFile {
 public:
  /// `directory`/<hex>; another name where another process is at it, which is removed at the end.
  PartFile(Env& env, const std::string& directory, const Digest& object);
  PartFile(const PartFile&) = delete;
  ~PartFile();
  /// How many of `chunks` are there, from the beginning; cuts off what follows them.
  size_t resume(const Codec& codec, std::span<const ChunkRead> chunks);
  void append(std::string_view bytes);
  const std::string& path() const { return path_; }
  void remove();

 private:
  Env& env_;
  std::string path_;
  std::optional<store::FileLock> lock_;  ///< absent: the file is this process's alone
  Descriptor fd_;
};

}  // namespace mlo::remote
