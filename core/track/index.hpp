// index.db: the folded records of runs that nobody writes any more, so that a list of 10,000 runs
// reads one file instead of 10,000. A cache and nothing else: missing, damaged, locked, read-only
// or of another version, it is as if it were empty, and what it could not keep it does not keep.
//
// A record is good as long as the run's directory has the time and inode that it had when the
// record was folded, with all segments closed: a closed segment never grows, and a new one, a head
// or a removal changes the directory. Git's racy rule: a directory changed within the last two
// seconds is not cached, for it may change again without a new time.
//
// Table runs: id TEXT PRIMARY KEY, mtime INTEGER (ns), inode INTEGER, started INTEGER (ns),
// ended INTEGER (ns, 0: none), removed INTEGER. Table records: id TEXT PRIMARY KEY, record TEXT (the
// JSON of a run), apart so that ordering all runs reads none of them. user_version 2.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "track/run.hpp"

namespace mlo::track {

struct IndexStamp {
  int64_t mtime = 0, inode = 0;
  bool operator==(const IndexStamp&) const = default;
};

struct IndexEntry {
  IndexStamp stamp;
  Time started = 0;
  Time ended = 0;
  bool removed = false;
  std::string record;
};

class Index {
 public:
  /// Never fails: without a usable file every look-up is empty and every save does nothing.
  Index(Env& env, repo::Workspace& workspace);
  ~Index();

  /// All entries, with empty records.
  std::unordered_map<std::string, IndexEntry> load();
  /// Empty when there is none.
  std::string record(const std::string& id);
  /// One transaction, without waiting for anybody.
  void save(const std::vector<std::pair<std::string, IndexEntry>>& entries,
            const std::vector<std::string>& vanished);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// nullopt: no such directory. `racy`: changed too lately to be trusted later.
struct StampedDirectory {
  IndexStamp stamp;
  bool racy = false;
};
std::optional<StampedDirectory> stamp_directory(Env& env, const std::string& path);

/// The version of SQLite in use ("3.40.1").
std::string index_library_version();

IndexEntry index_entry(const Run& run, const IndexStamp& stamp);
/// Throws when the record does not parse: the caller folds the run anew.
Run indexed_run(const IndexEntry& entry, const std::string& record);

}  // namespace mlo::track
