// trash/<id>/: what gc took out, under the same paths relative to the store, so that going back is
// a rename. An id is the UTC time and six random digits: "20261123T124707Z-3fa9c1".
#pragma once

#include <string>
#include <string_view>

#include "base/env.hpp"
#include "store/object_store.hpp"

namespace mlo::store {

class Trash {
 public:
  /// A new, empty one; its directory is made with the first file. `area`: the directory of the store
  /// in which it lies ("bad" for what fsck sets aside).
  Trash(Env& env, const ObjectStore& store, std::string area = "trash");
  /// Moves the file at `relative` (to the store) here.
  void take(const std::string& relative);
  /// Makes what was moved durable: first its new places, then the old ones.
  void sync();
  /// Empty when nothing was taken.
  std::string id() const { return used_ ? id_ : ""; }

 private:
  Env& env_;
  const ObjectStore& store_;
  std::string area_, id_;
  bool used_ = false;
  std::vector<std::string> directories_;  ///< relative, sorted, each once
};

/// The time in an id; nullopt when it is none.
std::optional<Time> trash_time(std::string_view id);
/// Deletes one trash for good; returns the bytes freed.
uint64_t delete_trash(Env& env, const ObjectStore& store, const std::string& id);
/// Deletes everything in tmp/; only under the exclusive lock.
uint64_t delete_leftovers(Env& env, const ObjectStore& store);

}  // namespace mlo::store
