// What was done to a deployment: `.mlo/deployments/<name>/history`, one JSON object a line, only
// ever appended to and synced before the command returns. The last line is the state on record; a
// change is committed by its line and by nothing else. A torn last line (power loss while
// appending) is dropped by readers and cut off by the next append.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "deploy/state.hpp"

namespace mlo::deploy {

struct HistoryEntry {
  enum class Action { apply, rollback, stop };
  int64_t generation = 0;
  Time at = 0;
  Action action = Action::apply;
  Target target;
  /// For rollback: the generation whose target this is; else 0.
  int64_t restores = 0;
};

std::string_view action_name(HistoryEntry::Action action);

/// Oldest first; empty where there is no file.
std::vector<HistoryEntry> read_history(const Directory& directory);
/// Durable when it returns.
void append_history(Env& env, const Directory& directory, const HistoryEntry& entry);

/// The entry that a rollback goes to: before the last one (or before the one that the last one
/// already went back to), the latest that serves another package. nullptr if there is none.
const HistoryEntry* entry_before(const std::vector<HistoryEntry>& history);

}  // namespace mlo::deploy
