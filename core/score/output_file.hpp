// The file of `predict -o`. A regular file, or a new one, appears whole at commit() or not at all; a
// symbolic link to it stays, its target is replaced and keeps its mode. What is not a regular file (a
// pipe, a device) and what stands for an open descriptor (/dev/stdout, /proc/self/fd/1) is a stream:
// written as it is, batch by batch, and never replaced.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "base/env.hpp"

namespace mlo::score {

class OutputFile {
 public:
  /// Opening a FIFO waits for its reader. Throws (failure) for a directory, interrupted() on a signal.
  OutputFile(Env& env, const std::string& path);
  /// To a stream: throws when nobody reads any more, interrupted() on a signal.
  void write(std::string_view text);
  void commit();
  bool is_stream() const { return !atomic_; }

 private:
  Env& env_;
  std::string path_;
  std::optional<AtomicFile> atomic_;
  Descriptor stream_;
};

}  // namespace mlo::score
