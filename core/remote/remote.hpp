// An opened remote: its backend, its codec (which asks for the key of an encrypted one), and what is
// known of its indexes. Files of a remote:
//
//   mlo-remote               canonical JSON (description.hpp); written once, Put::create
//   packs/ab/cdef..          pack.hpp
//   index/<hex>              index.hpp
//   manifests/<hex>          manifest.hpp
//   tombstones/<pack hex>    what gc is about to delete (remote_gc.hpp)
//
// Index files and mlo-remote are kept in `cache_dir` (.mlo/remotes/<name>/), as they never change. The
// kept mlo-remote serves questions (is this commit there?); before anything is read or written on its
// word, it is compared with the remote's, so that a remote that was made anew is noticed. What is
// known of indexes is always a list that the remote gave, or names that a manifest gave: never the
// cache alone. Not thread-safe but for backend() and codec().
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "remote/backend.hpp"
#include "remote/codec.hpp"
#include "remote/config.hpp"
#include "remote/index.hpp"
#include "remote/manifest.hpp"
#include "store/object_source.hpp"

namespace mlo::remote {

enum class OpenRemote {
  existing,  ///< throws, with a hint, where nothing was pushed yet
  create     ///< makes `mlo-remote` where there is none
};

class Remote final : public store::ObjectSource {
 public:
  /// Costs no request: the remote is looked at when something is asked.
  static std::unique_ptr<Remote> open(Env& env, const RemoteConfig& config,
                                      const std::string& cache_dir,
                                      OpenRemote how = OpenRemote::existing);
  /// The same over a backend of the caller's.
  static std::unique_ptr<Remote> open(Env& env, const RemoteConfig& config,
                                      std::unique_ptr<Backend> backend,
                                      const std::string& cache_dir,
                                      OpenRemote how = OpenRemote::existing);
  ~Remote() override;

  const RemoteConfig& config() const;
  const std::string& cache_dir() const;
  Backend& backend();
  const Codec& codec();
  /// Transfers at a time: `asked`, else what the configuration says, else the backend's choice.
  unsigned jobs(unsigned asked) const;

  /// Makes sure that mlo-remote is what the cache says: one request, once.
  void verify();
  /// False: nothing was ever pushed. One request, once.
  bool exists();
  /// Whether a manifest for this is there. One request.
  bool certified(const std::string& what);
  /// nullopt: nothing of this name was ever pushed. One request.
  std::optional<Manifest> manifest(const std::string& what);
  /// Throws failure when the file under this name ("manifests/..") is no manifest; nullopt: no file.
  std::optional<Manifest> read_manifest(const std::string& name);
  void put_manifest(const Manifest& manifest, Put how = Put::create);

  /// All indexes of the remote: one request to list, one for each that is not cached.
  const IndexSet& indexes();
  /// At least the indexes of these names: lists only when one of them is gone (merged into another).
  const IndexSet& indexes(std::span<const std::string> names);
  /// When indexes() listed them, perhaps for an earlier push.
  Time listed_at() const;
  /// Forgets what is known of indexes and lists them. False when that are the same as before.
  bool refresh();
  /// Names and sizes (of the plain bytes) of those that no other replaces.
  std::vector<RemoteFile> live_indexes() const;
  /// Names of index files that are listed and replaced by another one.
  std::vector<std::string> superseded_indexes() const;
  /// Uploads it and knows it from now on; returns its name.
  std::string put_index(const IndexContent& content);
  /// With more than `most` live indexes: puts one that replaces the smaller ones, each at most as
  /// large as all those before it. The old files stay until gc.
  void merge_indexes(size_t most = 32);

  /// store::ObjectSource: blobs and trees by digest, without what lies below trees.
  std::vector<Digest> fetch(Env& env, store::ObjectStore& store,
                            std::span<const Digest> wanted) override;

 private:
  struct Impl;
  explicit Remote(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::remote
