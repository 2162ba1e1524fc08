// What checkout will do, decided before it touches anything. Packed as listings are: a directory is
// two blocks of memory, however many files are written into it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "data/checkout_filter.hpp"
#include "data/compare.hpp"
#include "data/evicted.hpp"
#include "data/pointers.hpp"
#include "repo/stat_index.hpp"

namespace mlo::data {

enum class Force { no, yes };

struct CheckoutItem {
  Digest digest;  ///< of what is written or removed; all zero where it is not known
  uint64_t size = 0;
  repo::StatKey seen;  ///< the file that is replaced or removed, where `occupied`
  uint32_t name_begin = 0;
  uint8_t name_size = 0;
  Kind kind = Kind::file;  ///< a directory: an empty one
  bool occupied = false;
};

/// What happens in one directory.
struct CheckoutDirectory {
  std::string names;
  std::vector<CheckoutItem> items;  ///< sorted by name
  std::string_view name(const CheckoutItem& item) const {
    return std::string_view(names).substr(item.name_begin, item.name_size);
  }
  void append(std::string_view name, CheckoutItem item);
  void sort();
  const CheckoutItem* find(std::string_view name) const;
};
/// By path of the directory, relative to the workspace root.
using CheckoutDirectories = std::map<std::string, CheckoutDirectory, std::less<>>;

struct CheckoutPlan {
  CheckoutDirectories removals, writes;
  std::vector<FileState> kept;        ///< not wanted, not stored, in nobody's way
  std::vector<FileState> unreadable;  ///< left alone; the command fails in the end
  std::vector<Tracked> trees;         ///< whose root directory must be there
  uint64_t evicted = 0;               ///< files that stay away
  Force force = Force::no;            ///< yes: what changed since it was seen goes, too
};

/// Throws when content that is not stored is in the way (unless forced) or wanted objects are missing.
/// What `evicted` covers (nullptr: nothing) and is not there stays away.
CheckoutPlan plan_checkout(Env& env, repo::Workspace& workspace, const Selection& selection,
                           const CheckoutFilter& filter, repo::StatIndex& index, Force force,
                           const Evicted* evicted);

}  // namespace mlo::data
