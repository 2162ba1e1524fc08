// An opened remote: its backend, its codec (which asks for the key of an encrypted one), and what is
// known of its indexes. Files of a remote:
//
//   mlo-remote               canonical JSON: {"mlo":1, "hash":"sha256", "chunking", "encrypt": wrapped key
//                            or null}; written once, Put::create
//   packs/ab/cdef..          pack.hpp
//   index/<hex>              index.hpp
//   manifests/<hex>          manifest.hpp
//   tombstones/<pack hex>    what gc is about to delete (remote_gc.hpp)
//
// Index files are kept in `cache_dir` (.mlo/remotes/<name>/), as they never change.
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
  static std::unique_ptr<Remote> open(Env& env, const RemoteConfig& config,
                                      const std::string& cache_dir,
                                      OpenRemote how = OpenRemote::existing);
  ~Remote() override;

  const RemoteConfig& config() const;
  Backend& backend();
  const Codec& codec();
  /// nullopt: nothing of this name was ever pushed. One request.
  std::optional<Manifest> manifest(const std::string& certifies);
  /// All indexes of the remote: one request to list, one for each that is not cached.
  const IndexSet& indexes();

  /// store::ObjectSource: blobs and trees by digest, without what lies below trees.
  std::vector<Digest> fetch(Env& env, store::ObjectStore& store,
                            std::span<const Digest> wanted) override;

 private:
  struct Impl;
  explicit Remote(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::remote
