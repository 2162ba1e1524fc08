// A directory of one test, removed with everything in it at the end.
#pragma once

#include <cstdlib>
#include <stdexcept>
#include <string>
#include <string_view>

#include "base/descriptor.hpp"
#include "base/files.hpp"

namespace mlo::test {

class TempDir {
 public:
  TempDir() {
    const char* base = std::getenv("TMPDIR");
    path_ = std::string(base != nullptr && *base != '\0' ? base : "/tmp") + "/mlo-test-XXXXXX";
    if (::mkdtemp(path_.data()) == nullptr) throw std::runtime_error("mkdtemp " + path_);
  }
  TempDir(const TempDir&) = delete;
  ~TempDir() {
    try {
      remove_tree(posix_files(), path_);
    } catch (...) {
      // A test took away permissions; the next reboot cleans up.
    }
  }

  const std::string& path() const { return path_; }
  /// Absolute path of `name` inside.
  std::string operator/(std::string_view name) const { return path_ + "/" + std::string(name); }

  /// Writes a file (not atomically, not synced), with the directories above it; returns its path.
  std::string write(std::string_view name, std::string_view text, mode_t mode = 0644) const {
    std::string file = *this / name;
    make_directories(posix_files(), file.substr(0, file.rfind('/')));
    Descriptor fd = posix_files().create(file, Create::truncate, mode);
    posix_files().write(fd.get(), as_bytes(text), file);
    return file;
  }
  std::string read(std::string_view name) const { return read_file(*this / name); }

 private:
  std::string path_;
};

}  // namespace mlo::test
