// What an import from DVC or an export to it learned: which MD5 is which SHA-256, so that a second
// run reads no content again. A cache in `.mlo/dvc-objects`, text:
//
//   mlo-dvc 1
//   md5 <32 hex> <64 hex> <size>       a line per content, sorted
//   d2u <32 hex> <64 hex> <size>       hashed as DVC 2 did
//
// Replaced atomically; whatever does not parse reads as empty. Thread-safe.
#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "base/env.hpp"
#include "data/dvc_hash.hpp"

namespace mlo::data {

struct KnownContent {
  Digest sha256;
  uint64_t size = 0;
};

class DvcKnown {
 public:
  /// An empty path: nothing is known, and nothing kept.
  explicit DvcKnown(std::string path);
  std::optional<KnownContent> find(DvcHash hash, const Md5Digest& md5) const;
  /// The plain MD5 of a content.
  std::optional<Md5Digest> md5_of(const Digest& sha256) const;
  void set(DvcHash hash, const DvcNames& names);
  /// Only when something is new.
  void save(FileSystem& files);
  /// The same below a cache directory, which is made: what cannot be saved is learned again.
  void save_if_possible(FileSystem& files);

 private:
  using Key = std::pair<DvcHash, Md5Digest>;
  void parse(std::string_view text);

  std::string path_;
  mutable std::mutex mutex_;
  std::map<Key, KnownContent> contents_;
  std::unordered_map<Digest, Md5Digest> md5s_;
  bool changed_ = false;
};

}  // namespace mlo::data
