// Frees what nothing refers to, without ever losing what somebody needs: under the exclusive lock
// it takes out only objects that no root reaches, no lease holds, and nobody added or freshened
// within the grace period; they go to trash/<id>/ and come back with undo_gc(). A later gc empties
// trash older than the grace period. A pack that holds both kinds is rewritten: first the new pack,
// durably, then the old one moves to the trash. Interrupted at any point, the store is whole.
//
// What a missing tree would name is unknown. Unless the tree is known to be held elsewhere (then what
// it names is held there, too), gc takes nothing out: refusing costs space, guessing costs data.
//
// Packs merge geometrically: when a pack is not at least twice as large as all smaller ones together,
// these are written into one. Of n bytes in packs there remain at most log2(n) packs and those that
// have reached half of the limit of a pack, and each byte is copied log2(n) times in its life.
//
// `max_size` evicts, least recently added or used first, objects that something refers to but that
// are held elsewhere; never trees, which are small and say what there is, and nothing that a process
// has leased. They do not go to the trash, for they can be fetched.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

/// `blob`: the object alone; `tree`: it and everything below; `any`: a tree if it parses as one.
enum class RootKind { blob, tree, any };

struct Root {
  Digest digest;
  RootKind kind = RootKind::any;
  /// Who refers to it ("data/train.csv.mlo", "run 3f2a"), for reports.
  std::string referrer;
  /// What the referrer says of the object (of a tree: in total); fsck compares.
  std::optional<uint64_t> size = {};
  std::optional<uint64_t> files = {};
  /// An input of a run that was perhaps never stored: that it is missing makes gc suspect nothing.
  bool may_be_absent = false;
};

using RootSink = std::function<void(const Root&)>;

/// One kind of referrer (pointers, runs, packages, deployments). Rooms provide them; `project`
/// passes them all. A source that cannot read what it should read throws: gc then deletes nothing.
class RootSource {
 public:
  virtual ~RootSource() = default;
  virtual void roots(Env& env, const RootSink& sink) = 0;
};

/// Every "sha256:<64 hex>" in a text. For old versions of files: one that no longer parses must
/// neither stop gc nor lose what it names.
std::vector<Digest> digests_in(std::string_view text);

inline constexpr int64_t kSecond = 1'000'000'000;
inline constexpr int64_t kGracePeriod = 14 * 86400 * kSecond;

struct GcOptions {
  bool dry_run = false;
  int64_t grace = kGracePeriod;           ///< nanoseconds
  bool empty_trash = false;               ///< delete all trash now, also what this gc takes out
  bool missing_ok = false;                ///< what only missing trees may name counts as unused
  bool attribute = false;                 ///< fill GcReport::keepers
  std::optional<uint64_t> max_size = {};  ///< bytes of objects and packs, without the trash
  /// Whether a remote certifies that it holds the object, and everything below it if it is a tree.
  std::function<bool(const Digest&)> held_elsewhere = {};
};

/// Unreferenced objects that lie together, for --dry-run.
struct GcGroup {
  std::string place;  ///< "loose", or the pack's file name
  uint64_t objects = 0, bytes = 0;
  Time oldest = 0, newest = 0;  ///< when they were added or used last
};

/// What one root keeps that no root before it did.
struct GcKeeper {
  std::string referrer;
  uint64_t objects = 0, bytes = 0;
};

struct GcReport {
  uint64_t roots = 0;
  uint64_t kept_objects = 0, kept_bytes = 0;        ///< reachable or leased
  uint64_t young_objects = 0, young_bytes = 0;      ///< unreachable, inside the grace period
  uint64_t removed_objects = 0, removed_bytes = 0;  ///< moved to the trash (dry run: would be)
  uint64_t emptied_bytes = 0;                       ///< trash and leftovers deleted for good
  uint64_t evicted_objects = 0, evicted_bytes = 0;  ///< for max_size
  uint64_t store_bytes = 0;                         ///< objects and packs afterwards
  uint64_t merged_packs = 0;                        ///< written into fewer
  /// Roots and tree entries whose object is not here (evicted, not fetched).
  std::vector<Root> missing;
  /// A dry run's: those of them that keep gc from removing anything.
  std::vector<Root> unknown;
  std::vector<GcGroup> groups;
  std::vector<GcKeeper> keepers;
  std::string trash_id;  ///< empty when nothing was removed
};

GcReport gc(Env& env, ObjectStore& store, std::span<RootSource* const> sources,
            const GcOptions& options);

struct UndoReport {
  std::string trash_id;
  uint64_t files = 0;
};

/// Moves back what the last gc (or that of `trash_id`) took out. Throws when there is no such
/// trash.
UndoReport undo_gc(Env& env, ObjectStore& store, const std::string& trash_id = "");
/// Ids in trash/, oldest first.
std::vector<std::string> list_trash(const ObjectStore& store);

}  // namespace mlo::store
