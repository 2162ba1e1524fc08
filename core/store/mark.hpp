// Which objects are reachable: the first half of gc, and what fsck expects to find.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <unordered_set>
#include <vector>

#include "store/gc.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

/// Size of an object that is here. Unlike ObjectStore::stat it asks no pack for its time: one system
/// call less for each of a million packed objects.
std::optional<uint64_t> present_size(const ObjectStore& store, const Digest& digest);

class Marker {
 public:
  explicit Marker(const ObjectStore& store) : store_(store) {}
  /// Marks the root and, if it is a tree, everything below. Objects that are not here are collected
  /// in missing(); a damaged tree throws: what lies below it is unknown.
  void mark(const Root& root);
  const std::unordered_set<Digest>& marked() const { return marked_; }
  const std::vector<Root>& missing() const { return missing_; }
  uint64_t trees() const { return trees_; }
  /// Of the marked objects those that are here.
  uint64_t objects() const { return objects_; }
  uint64_t bytes() const { return bytes_; }
  bool is_opened_tree(const Digest& digest) const { return opened_.contains(digest); }
  /// Called for each entry of each tree, before its object is looked at.
  std::function<void(const Root& tree, const struct TreeEntry& entry)> on_entry;

 private:
  void note_missing(const Root& root, bool known);
  void mark_tree(const Root& tree, std::vector<Root>& pending);
  bool is_tree(const Root& root) const;

  const ObjectStore& store_;
  std::unordered_set<Digest> marked_;
  /// Trees that were opened: an object may be met as a blob first and as a tree later.
  std::unordered_set<Digest> opened_;
  std::vector<Root> missing_;
  /// Missing ones that nobody has called a tree, or not without excuse: a later root may.
  std::unordered_set<Digest> excused_;
  uint64_t trees_ = 0, objects_ = 0, bytes_ = 0;
};

}  // namespace mlo::store
