// A run: what one training (or any tracked command) was given, did and left behind. The record is a
// deterministic fold over the events of all its segments (segment.hpp), ordered by time, writer and
// sequence, so two stores that hold the same segments show the same run. Reading takes no lock and
// never fails because somebody is writing: a torn tail is simply not there yet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "format/value.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::track {

/// `died`: the run has no end and the process that started it holds its segment no more.
enum class Status { running, finished, failed, interrupted, died };
std::string_view status_name(Status status);

/// The summary of one series. `last`: the value of the highest step, of the latest time among
/// these. NaN counts as a point but never becomes `min` or `max` while there is a number.
struct Metric {
  double last = 0, min = 0, max = 0;
  int64_t step = 0;
  uint64_t count = 0;
};

struct Input {
  std::string name;
  Digest digest;
  uint64_t size = 0;
};

/// What the run left in the store, by its path inside the run ("model.pt").
struct Output {
  std::string path;
  Digest digest;
  uint64_t size = 0;
};

struct Run {
  std::string id;  ///< 32 hex digits
  std::string name, experiment;
  std::string parent;  ///< run id, empty without one
  Status status = Status::running;
  std::string message;  ///< why it failed, empty if nothing was said
  std::string user, host;
  std::vector<std::string> command;
  Time started_at = 0;
  std::optional<Time> ended_at;
  std::string commit;  ///< hex, empty without git
  bool dirty = false;
  std::string snapshot;  ///< commit under refs/mlo/dirty that holds the dirty tree, or empty
  bool removed = false;
  /// All sorted by key, name or path; values as they were logged.
  std::vector<std::pair<std::string, std::string>> tags;
  std::vector<std::pair<std::string, format::Value>> params;
  std::vector<Input> inputs;
  std::vector<Output> outputs;
  std::vector<std::pair<std::string, Metric>> metrics;
  std::optional<Digest> model;
  format::Value environment;  ///< an object; {} when nothing was logged

  const Metric* metric(std::string_view key) const;
  const format::Value* param(std::string_view key) const;
  const Output* output(std::string_view path) const;
};

/// The JSON shape of a run, the same in every command, and back (strict; `name` for errors).
format::Value to_json(const Run& run);
Run run_from_json(const format::Value& value, const std::string& name);

/// One point of a series, in the order of steps (then time).
struct Point {
  int64_t step = 0;
  Time time = 0;
  double value = 0;
};
struct Series {
  std::string key;
  std::vector<Point> points;
};

/// The full id for an id, a unique prefix (4 or more digits) or "latest" (the latest start that is
/// not removed). Throws usage errors: unknown (with the nearest names) or ambiguous (candidates).
std::string resolve_run(Env& env, repo::Workspace& workspace, std::string_view id);
/// The same, but "latest" is the latest start among the removed runs: what `track restore` brings back.
std::string resolve_removed_run(Env& env, repo::Workspace& workspace, std::string_view id);

/// resolve_run() and the fold of its events.
Run load_run(Env& env, repo::Workspace& workspace, std::string_view id);
/// All series of a run, sorted by key.
std::vector<Series> load_series(Env& env, repo::Workspace& workspace, std::string_view id);

}  // namespace mlo::track
