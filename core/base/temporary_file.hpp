// The name of a file that is made, filled and moved to its place, or goes again.
#pragma once

#include <string>

#include "base/files.hpp"

namespace mlo {

class TemporaryFile {
 public:
  /// Nothing is there yet.
  TemporaryFile(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}
  TemporaryFile(const TemporaryFile&) = delete;
  /// Removes what is there under the name, as far as that can be done.
  ~TemporaryFile();
  const std::string& path() const { return path_; }
  void keep() { kept_ = true; }

 private:
  FileSystem& files_;
  std::string path_;
  bool kept_ = false;
};

}  // namespace mlo
