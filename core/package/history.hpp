// Who changed a model and when: the commits of HEAD's history that touch models/<name>/ (of merges,
// those that differ from all parents). The registry is files in git, so this is all the audit trail
// there is, and nobody has to keep another.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "format/value.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::package {

struct ModelChange {
  std::string commit;
  Time time = 0;
  std::string author;  ///< the name alone
  std::string subject;
  std::vector<std::string> files;  ///< that it added, changed or removed: "2.yaml", "model.yaml"
};

struct HistoryReport {
  std::string name;
  std::vector<ModelChange> changes;  ///< newest first
  /// Of the work tree, not committed yet.
  std::vector<std::string> uncommitted;
};

/// Throws usage for an unknown model, failure without git. `limit`: changes, 0: all.
HistoryReport history(Env& env, repo::Workspace& workspace, std::string_view name,
                      size_t limit = 0);
format::Value to_json(const HistoryReport& report);

}  // namespace mlo::package
