// Inputs of runs and stages, kept: content goes into the store, its digest into the run record.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "repo/reference.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct Ingested {
  /// As it stands in run records: relative to the root, or "git:<commit>:<path>".
  std::string name;
  Digest digest;  ///< of the blob, or of the tree for a directory
  uint64_t size = 0;
  bool is_tree = false;
};

/// Stores a file or directory (relative to the root, or absolute) durably and returns its digest. No
/// pointer is written or needed. Goes through the stat index: unchanged data is neither read nor
/// hashed again. Throws for a path that is missing, unreadable or neither file nor directory. The caller
/// holds the store's shared lock from before until the record that names the digest is written; without
/// it a gc with no grace period may come in between.
Ingested ingest(Env& env, repo::Workspace& workspace, const std::string& path);

/// The digest of the content now, without storing anything: how train checks its inputs at the end.
Ingested fingerprint(Env& env, repo::Workspace& workspace, const std::string& path);

/// The content of a reference: a path (as typed; a pointed-to path whose file is missing is read from
/// the store), `git:REV:PATH` (a file in git, or a pointer there, followed into the store), or
/// `sha256:HEX`.
struct OpenedInput {
  std::string name;
  std::string bytes;
  Digest digest;
};
OpenedInput open_input(Env& env, repo::Workspace& workspace, const repo::Reference& reference);

}  // namespace mlo::data
