// `mlo data checkout`: the work tree as the pointers say, typically after `git checkout`.
//
// Nothing is lost: a file is overwritten or removed only if its content is in the store (or is the
// beginning of what replaces it: what a power cut leaves of an earlier checkout), unless forced. All of
// it is decided, and every needed object found, before the first change; then all files are written
// aside (.mlo/checkout, or .mlo-checkout-N in a data directory on another file system), so that a full
// disk or a damaged object changes nothing; then each file appears whole, by rename. What a killed
// checkout left aside is never taken for data and goes with the next one. Never writes through a
// symbolic link inside the work tree. Process-safe, not synced: the content is in the store, so after a
// power cut the command is repeated.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "data/checkout_filter.hpp"
#include "data/file_state.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct CheckoutOptions {
  /// As typed; empty: everything. One that names nothing and has '*', '?' or '[' is a glob.
  std::vector<std::string> paths = {};
  bool force = false;  ///< overwrite content that is not stored
  int64_t lock_timeout = store::kDefaultLockTimeout;
  CheckoutFilter filter = {};
  bool keep_evicted = false;     ///< what `data evict` took away stays away
  size_t most_files = SIZE_MAX;  ///< how many of them the report lists; it counts all
};

struct CheckoutReport {
  std::vector<FileState> files;  ///< updated, removed, and kept ones
  uint64_t pointers = 0;
  uint64_t updated = 0, removed = 0;
  uint64_t evicted = 0;     ///< files that stay away
  uint64_t unreadable = 0;  ///< files that were left alone because they may not be read
  /// How the updated files came out of the store, by store::LinkKind; symbolic links not counted.
  std::array<uint64_t, 4> links{};
  /// Why the first choice of store.link did not serve; empty if it did.
  std::string link_note;
};

/// Throws failure, with nothing changed, when a file that is not stored is in the way or an object is
/// missing.
CheckoutReport checkout(Env& env, repo::Workspace& workspace, const CheckoutOptions& options);

}  // namespace mlo::data
