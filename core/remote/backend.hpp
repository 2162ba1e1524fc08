// The seam between what a remote holds and where: a flat set of files, named "packs/ab/cdef...", of at
// most 64 MiB and a bit, each put once and never changed. A directory, a bucket, an sftp server and a
// web server all offer this much; whatever is clever about a remote (packs, indexes, manifests,
// encryption) is the same above all of them. One conformance suite holds each backend to this page.
//
// All methods may be called from several threads. Each retries what may go away by itself (cut
// connections, 500s, "slow down") with back-off and then throws failure; none ever shows a credential in
// a message. A cancelled Env ends a transfer within a second.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "remote/config.hpp"

namespace mlo::remote {

struct RemoteFile {
  std::string name;
  uint64_t size = 0;
};

enum class Put {
  create,  ///< only if there is no file of this name
  replace
};

struct BackendTraits {
  bool writable = true;
  /// Put::create is decided by the server, so of two writers one wins. Otherwise it looks first.
  bool atomic_create = true;
  /// list() works. A plain web server has none: readers go from manifests to the indexes they name.
  bool lists = true;
  unsigned jobs = 4;  ///< transfers at a time that pay
};

class Backend {
 public:
  virtual ~Backend() = default;
  /// The URL for messages, without credentials.
  virtual const std::string& url() const = 0;
  virtual BackendTraits traits() const = 0;

  virtual std::optional<RemoteFile> stat(const std::string& name) = 0;
  /// nullopt when there is no such file; throws when it is larger than `limit`.
  virtual std::optional<std::string> read(const std::string& name, uint64_t limit) = 0;
  /// Exactly `size` bytes from `offset`; throws when the file is missing or ends before.
  virtual std::string read_range(const std::string& name, uint64_t offset, uint64_t size) = 0;
  /// The whole file or none is there afterwards, whatever happens, and it is durable on return. False:
  /// Put::create found one (which stays).
  virtual bool put(const std::string& name, std::string_view bytes, Put how) = 0;
  /// Every file whose name starts with `prefix` (which ends with '/'), in no particular order.
  virtual void list(const std::string& prefix,
                    const std::function<void(const RemoteFile&)>& visit) = 0;
  /// False when there was none.
  virtual bool remove(const std::string& name) = 0;
  /// For probe(): whether a second create of `existing` is refused by the server itself, whatever the
  /// backend could find out by looking first.
  virtual bool refuses_second_create(const std::string& existing) {
    return !put(existing, "second", Put::create);
  }
};

/// Opens without a request where that is possible; libcurl and libssh are loaded here, on first use.
std::unique_ptr<Backend> open_backend(Env& env, const RemoteConfig& config);

/// What `remote add` does once: writes, reads, lists and removes a small file, and finds out whether
/// the server honours conditional writes. Throws with a hint when the remote cannot be used. For S3,
/// `atomic_create` of the result is what belongs into `conditional_put` of the configuration.
BackendTraits probe(Env& env, Backend& backend);
/// Where probe() puts its files; empty again afterwards.
inline constexpr std::string_view kProbePrefix = "probe/";

}  // namespace mlo::remote
