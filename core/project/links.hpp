// Which ways of placing an object in the work tree the file system really offers: tried, not looked
// up in a table, because overlay and network file systems lie about what they are.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "store/object_store.hpp"

namespace mlo::project {

struct LinkOffer {
  store::LinkKind kind;
  bool offered = false;
  std::string reason;  ///< why not, empty if offered
};

/// Tries each kind with a small file from `store_directory` to `work_directory`; leaves nothing
/// behind. Both must be writable directories, otherwise every kind carries that reason.
std::vector<LinkOffer> probe_links(Env& env, const std::string& store_directory,
                                   const std::string& work_directory);

}  // namespace mlo::project
