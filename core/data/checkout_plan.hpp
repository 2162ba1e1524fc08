// What checkout will do, decided before it touches anything.
#pragma once

#include <string>
#include <vector>

#include "data/compare.hpp"
#include "data/pointers.hpp"
#include "repo/stat_index.hpp"

namespace mlo::data {

enum class Force { no, yes };

struct CheckoutPlan {
  struct Write {
    std::string path;
    store::TreeEntry entry;             ///< file, executable, link, or (empty) directory
    std::optional<repo::StatKey> seen;  ///< the file that it replaces; nullopt: nothing was there
  };
  struct Remove {
    std::string path;
    store::TreeEntry entry;
    repo::StatKey seen;
  };
  std::vector<Remove> removals;  ///< in the order of paths
  std::vector<Write> writes;     ///< in the order of paths
  std::vector<FileState> kept;   ///< not wanted, not stored, in nobody's way
  std::vector<Tracked> trees;    ///< whose root directory must be there
  Force force = Force::no;       ///< yes: what changed since it was seen goes, too
};

/// Throws when content that is not stored is in the way (unless forced) or wanted objects are missing.
CheckoutPlan plan_checkout(Env& env, repo::Workspace& workspace, const Selection& selection,
                           repo::StatIndex& index, Force force);

}  // namespace mlo::data
