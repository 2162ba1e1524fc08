// Writing into DVC's cache. DVC takes whatever has a name there, and mode 0444, for whole, so nothing gets
// its name before it is on disk.
#pragma once

#include <mutex>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/md5.hpp"
#include "store/object_store.hpp"

namespace mlo::data {

/// Add everything, then commit(). add() may be called from several threads.
class DvcCacheWriter {
 public:
  DvcCacheWriter(Env& env, std::string cache_dir);
  DvcCacheWriter(const DvcCacheWriter&) = delete;
  ~DvcCacheWriter();

  /// A stored object under its MD5, by reflink where the file system can. False: it is there already.
  bool add(const store::ObjectStore& store, const Digest& digest, uint64_t size,
           const Md5Digest& md5);
  /// A directory object.
  bool add_directory(std::string_view text, const Md5Digest& md5);
  void commit();

 private:
  struct Pending {
    std::string temporary, target;
  };
  bool begin(const std::string& name, uint64_t size, Pending& pending);

  Env& env_;
  std::string base_;
  std::mutex mutex_;
  std::set<std::string> taken_;
  std::vector<Pending> pending_;
};

}  // namespace mlo::data
