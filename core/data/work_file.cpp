#include "data/work_file.hpp"

#include "base/text.hpp"

namespace mlo::data {
namespace {

/// A scan of one directory that holds only this file, so that files and directories share one path.
Scan scan_of(const std::string& path, const ScanEntry& entry) {
  Scan scan;
  scan.directories.push_back({std::string(parent_path(path)), {entry}});
  return scan;
}

}  // namespace

uint64_t hash_one(Env& env, repo::Workspace& workspace, const std::string& path, ScanEntry& entry,
                  repo::StatIndex& index) {
  Scan scan = scan_of(path, entry);
  hash_files(env, workspace, scan, index);
  entry = scan.directories[0].entries[0];
  return scan.hashed;
}

uint64_t store_one(Env& env, repo::Workspace& workspace, const std::string& path, ScanEntry& entry,
                   repo::StatIndex& index, store::Batch& batch) {
  Scan scan = scan_of(path, entry);
  store_files(env, workspace, scan, index, batch);
  entry = scan.directories[0].entries[0];
  return scan.hashed;
}

void save_if_possible(Env& env, repo::Workspace& workspace, repo::StatIndex& index) {
  if (!index.changed()) return;
  try {
    index.save(env.files, workspace.stat_index_path());
  } catch (const Error&) {
    return;  // a cache
  }
}

}  // namespace mlo::data
