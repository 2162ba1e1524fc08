#include "data/work_file.hpp"

#include "base/text.hpp"

namespace mlo::data {
namespace {

/// A scan of one directory that holds only this file, so that files and directories share one path.
Scan scan_of(const std::string& path, const ScanEntry& entry) {
  Scan scan;
  ScanDirectory& directory = scan.directories.emplace_back();
  directory.path = parent_path(path);
  directory.append(file_name(path));
  ScanEntry only = entry;
  only.name_begin = directory.entries[0].name_begin;
  only.name_size = directory.entries[0].name_size;
  directory.entries[0] = only;
  return scan;
}

}  // namespace

uint64_t hash_one(Env& env, repo::Workspace& workspace, const std::string& path, ScanEntry& entry,
                  repo::StatIndex& index, Unreadable unreadable) {
  Scan scan = scan_of(path, entry);
  ScanPlace place{&scan.directories[0], &scan.directories[0].entries[0]};
  hash_places(env, workspace, {&place, 1}, index, unreadable);
  entry = *place.entry;
  return 1;
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
