// Is everything what its name says? Reads every object and hashes it, checks each pack against its
// index and the other way round, parses every tree that a checker names, and asks the checkers of
// the other rooms about their files. Changes nothing. Damage is a value in the report, never an
// exception.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "store/gc.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

struct FsckProblem {
  std::string kind;    ///< "damaged", "missing", "unreadable", "format", or a word of the checker
  std::string object;  ///< "sha256:..." or a path
  std::string detail;  ///< one line
};

/// What a checker may say.
class FsckSink {
 public:
  virtual ~FsckSink() = default;
  virtual void problem(FsckProblem problem) = 0;
  /// The object must be there, with everything below it if it is a tree.
  virtual void expect(const Root& root) = 0;
};

class Checker {
 public:
  virtual ~Checker() = default;
  /// Reports problems to the sink; throws only when it cannot check at all.
  virtual void check(Env& env, FsckSink& sink) = 0;
};

struct FsckReport {
  uint64_t objects = 0;
  uint64_t bytes = 0;
  uint64_t packs = 0;
  uint64_t trees = 0;
  std::vector<FsckProblem> problems;
  std::vector<std::string> notes;  ///< leftovers of interrupted work; harmless
  bool clean() const { return problems.empty(); }
};

FsckReport fsck(Env& env, ObjectStore& store, std::span<Checker* const> checkers = {});

}  // namespace mlo::store
