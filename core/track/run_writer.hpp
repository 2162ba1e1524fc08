// Writes one run's events into a segment of its own: `.mlo/runs/<id>/<writer>.log`, one random
// writer id per object, no lock shared with anybody. The segment is held by a kernel lock for as
// long as the writer lives; that is how readers tell a running run from one whose process died.
//
// Durability: start() and finish() are durable when they return (file and directories are synced).
// Everything between is process-safe: each event is one write() as it happens, so a killed process
// loses nothing, and it is synced every five seconds while events come and at finish().
// Thread-safe after start(). The destructor closes without an end: the run then shows as died,
// which is why train calls finish(failed) on its way out of an error.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "format/value.hpp"
#include "track/run.hpp"

namespace mlo::track {

struct RunStart {
  std::string name;        ///< empty: "calm-otter-3f2a", from the id
  std::string experiment;  ///< empty: "default"
  std::string parent;      ///< full run id or empty
  std::vector<std::string> command;
  std::vector<std::pair<std::string, format::Value>> params;
  std::vector<std::pair<std::string, std::string>> tags;
  /// Records commit and dirtiness of the workspace's git, and keeps a dirty tree: as a snapshot, and
  /// untracked files above 10 MiB in the store.
  bool record_git = true;
};

class RunWriter {
 public:
  /// Creates the run, durably, with user, host and time.
  static RunWriter start(Env& env, repo::Workspace& workspace, const RunStart& start);
  /// A further segment of an existing run (full id): tags and late outputs of a finished run.
  static RunWriter append(Env& env, repo::Workspace& workspace, const std::string& id);

  RunWriter(RunWriter&&) noexcept;
  RunWriter& operator=(RunWriter&&) noexcept;
  ~RunWriter();

  const std::string& id() const;
  const std::string& name() const;  ///< of the run; empty after append()

  /// The last value of a key wins.
  void param(std::string_view key, const format::Value& value);
  void metric(std::string_view key, int64_t step, double value);
  void tag(std::string_view key, std::string_view value);
  void untag(std::string_view key);
  void input(std::string_view name, const Digest& digest, uint64_t size);
  void output(std::string_view path, const Digest& digest, uint64_t size);
  /// Members are merged over what was logged before.
  void environment(const format::Value& members);
  void model(const Digest& digest);
  /// Hides the run from lists and from "latest", or shows it again.
  void removed(bool removed);

  /// Forces what was written to disk now (`--sync`).
  void sync();
  /// Durable; closes the segment. `message` says why a run failed.
  void finish(Status status, std::string_view message = {});
  /// Closes an append() segment durably, without an end event.
  void close();

 private:
  struct Impl;
  explicit RunWriter(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::track
