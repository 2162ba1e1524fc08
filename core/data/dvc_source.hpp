// Where an import finds contents that DVC names: the work tree, DVC's cache, one of its remotes. Every
// byte is verified by the hash that DVC gave it before anything refers to it.
#pragma once

#include <sys/stat.h>

#include <array>
#include <atomic>
#include <map>

#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "data/dvc_known.hpp"
#include "data/dvc_repository.hpp"
#include "remote/backend.hpp"
#include "store/batch.hpp"

namespace mlo::data {

enum class CacheLink {
  copy,     ///< reflink where the file system can, else copy
  hardlink  ///< large read-only files of the cache get a second name in the store
};

struct DvcWanted {
  Md5Digest md5;
  DvcHash hash = DvcHash::md5;
  bool is_directory = false;  ///< a .dir object
  std::string work_file;      ///< absolute; may not exist; empty: none
  std::string remote;         ///< of the out; empty: the default one
};

struct DvcTaken {
  Digest digest;
  uint64_t size = 0;
  /// The work file that it was read from, as it was before: what the stat index may record.
  std::optional<struct stat> work_status;
};

class DvcSource {
 public:
  /// `remote`: asked instead of the ones that the outs name; empty: those.
  DvcSource(Env& env, const DvcRepository& repository, DvcKnown& known, std::string remote,
            CacheLink link);
  ~DvcSource();

  /// Puts the content into the batch; nullopt when no place has it whole. Thread-safe.
  std::optional<DvcTaken> take(const DvcWanted& wanted, store::Batch& batch,
                               const store::ObjectStore& store);
  /// The bytes of a directory object.
  std::optional<std::string> read_directory(const DvcWanted& wanted);

  /// Files of caches and remotes that are not what their names say, and places that could not be
  /// asked; each once.
  std::vector<std::string> damaged() const;
  std::vector<std::string> troubles() const;
  uint64_t files_read() const { return files_read_; }
  uint64_t linked() const { return linked_; }

 private:
  std::optional<DvcTaken> known(const DvcWanted& wanted, store::Batch& batch) const;
  std::optional<DvcTaken> take_work_file(const DvcWanted& wanted, store::Batch& batch);
  std::optional<DvcTaken> take_object(const std::string& file, const DvcWanted& wanted,
                                      store::Batch& batch, const store::ObjectStore& store);
  std::optional<DvcTaken> take_file(const std::string& file, const DvcWanted& wanted,
                                    store::Batch& batch, const store::ObjectStore* link_into);
  std::optional<DvcTaken> download(const DvcWanted& wanted, store::Batch& batch,
                                   const store::ObjectStore& store);
  store::AddedFile add_linked(const std::string& file, store::Batch& batch,
                              const store::ObjectStore& store);
  std::vector<std::string> object_files(const DvcWanted& wanted) const;
  const DvcRemote* remote_of(const DvcWanted& wanted) const;
  remote::Backend* backend(const DvcRemote& remote);
  void trouble(const std::string& text);
  void damage(const std::string& file);

  Env& env_;
  const DvcRepository& repository_;
  DvcKnown& known_;
  std::string remote_;
  CacheLink link_;
  mutable std::mutex mutex_;
  /// One content at a time: linking a file changes its ctime, which another reader would take for a change.
  std::array<std::mutex, 64> contents_;
  std::map<std::string, std::unique_ptr<remote::Backend>> backends_;
  std::vector<std::string> damaged_, troubles_;
  std::atomic<uint64_t> files_read_ = 0, linked_ = 0;
};

}  // namespace mlo::data
