// Is everything what its name says? Hashes objects (object_check.hpp), checks each pack against its
// index and the other way round, parses every tree that a checker names, and asks the checkers of
// the other rooms about their files. Damage is a value in the report, never an exception.
//
// Without `repair` nothing changes but the record of what was verified. With it, under the exclusive
// lock: damaged loose objects move to bad/<id>/; the sound objects of a damaged pack are written to a
// new one, durably, before the old one moves there, which is also how an index is rebuilt from its
// pack. Nothing is ever deleted. What then is missing is asked of the sources. Interrupted at any
// point, the store holds what it held before, and repairing again completes it.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "store/gc.hpp"
#include "store/object_source.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

struct FsckProblem {
  std::string kind;    ///< "damaged", "missing", "unreadable", "format", or a word of the checker
  std::string object;  ///< "sha256:..." or a path
  std::string detail;  ///< one line
  /// `repair` can set it right: as far as the store itself goes; what it referred to may be missing.
  bool mendable = false;
};

/// What a checker may say.
class FsckSink {
 public:
  virtual ~FsckSink() = default;
  virtual void problem(FsckProblem problem) = 0;
  /// The object must be there, with everything below it if it is a tree, and with the size and the
  /// number of files that the root states.
  virtual void expect(const Root& root) = 0;
};

class Checker {
 public:
  virtual ~Checker() = default;
  /// Reports problems to the sink; throws only when it cannot check at all.
  virtual void check(Env& env, FsckSink& sink) = 0;
};

struct FsckOptions {
  /// Leaves out what an earlier fsck verified and nobody touched since.
  bool incremental = false;
  /// Reads only this share (0 to 1) of the objects, chosen at random.
  std::optional<double> sample = {};
  bool repair = false;
  /// Asked in this order, with `repair`.
  std::vector<ObjectSource*> sources = {};
};

struct FsckReport {
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t read_objects = 0;  ///< hashed now
  uint64_t read_bytes = 0;
  std::optional<Time> oldest_verified;  ///< of those that were not
  uint64_t packs = 0;
  uint64_t trees = 0;
  std::vector<FsckProblem> problems;
  std::vector<FsckProblem> mended;     ///< by `repair`
  std::vector<std::string> set_aside;  ///< files now in bad/, relative to the store
  uint64_t salvaged = 0;               ///< objects of damaged packs that were written anew
  uint64_t fetched = 0;                ///< objects that came from the sources
  std::vector<std::string> notes;      ///< leftovers of interrupted work; harmless
  bool clean() const { return problems.empty(); }
};

FsckReport fsck(Env& env, ObjectStore& store, std::span<Checker* const> checkers = {},
                const FsckOptions& options = {});

}  // namespace mlo::store
