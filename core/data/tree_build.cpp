// From a scan to digests and tree objects.
#include <fcntl.h>

#include <atomic>
#include <cerrno>
#include <mutex>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/scan.hpp"

namespace mlo::data {
namespace {

struct Place {
  const ScanDirectory* directory;
  ScanEntry* entry;
  std::string path() const { return join_path(directory->path, entry->name); }
};

template <typename Wanted>
std::vector<Place> collect(Scan& scan, Wanted wanted) {
  std::vector<Place> places;
  for (ScanDirectory& directory : scan.directories) {
    for (ScanEntry& entry : directory.entries) {
      if (!entry.is_directory() && entry.problem.empty() && wanted(entry)) {
        places.push_back({&directory, &entry});
      }
    }
  }
  return places;
}

Digest hash_file(const std::string& place, const std::string& shown) {
  int fd = ::open(place.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) throw system_error("cannot open " + quoted(shown), errno);
  return sha256_of(Descriptor(fd).get(), shown);
}

/// Stores what neither the index nor the store knows. The digest of a known file is trusted only as
/// long as the store still has its object.
std::vector<Place> not_in_store(Scan& scan, store::Batch& batch) {
  return collect(scan, [&](const ScanEntry& entry) {
    if (entry.mode == store::kSymlinkMode) return false;
    return !entry.digest || !batch.keep(*entry.digest, entry.size);
  });
}

void store_links(repo::Workspace& workspace, Scan& scan, store::Batch& batch) {
  for (Place& place :
       collect(scan, [](const ScanEntry& entry) { return entry.mode == store::kSymlinkMode; })) {
    place.entry->digest = batch.add(link_target(workspace.absolute(place.path())));
  }
}

}  // namespace

void hash_files(Env& env, repo::Workspace& workspace, Scan& scan, repo::StatIndex& index) {
  std::vector<Place> places = collect(scan, [](const ScanEntry& entry) { return !entry.digest; });
  Time observed = env.clock.now();
  parallel_for(places.size(), [&](size_t i) {
    env.check_cancelled();
    std::string path = places[i].path();
    places[i].entry->digest = hash_file(workspace.absolute(path), path);
  });
  for (const Place& place : places) {
    index.set(place.path(), place.entry->key, *place.entry->digest, observed);
  }
  scan.hashed += places.size();
}

void store_files(Env& env, repo::Workspace& workspace, Scan& scan, repo::StatIndex& index,
                 store::Batch& batch) {
  std::vector<Place> places = not_in_store(scan, batch);
  Time observed = env.clock.now();
  uint64_t total = 0;
  for (const Place& place : places) total += place.entry->size;
  auto progress = env.reporter.progress("add", total);
  std::atomic<uint64_t> done = 0;
  std::mutex redraw;
  parallel_for(places.size(), [&](size_t i) {
    std::string path = places[i].path();
    store::AddedFile added = batch.add_file(workspace.absolute(path), path);
    places[i].entry->digest = added.digest;
    places[i].entry->size = added.size;
    places[i].entry->key = repo::stat_key(added.status);
    uint64_t now = done += added.size;
    std::unique_lock<std::mutex> hold(redraw, std::try_to_lock);
    if (hold) progress->update(now);
  });
  for (const Place& place : places) {
    index.set(place.path(), place.entry->key, *place.entry->digest, observed);
  }
  store_links(workspace, scan, batch);
  scan.hashed += places.size();
}

void build(Scan& scan, const store::TreeSink& sink) {
  for (size_t i = scan.directories.size(); i-- > 0;) {
    std::vector<store::TreeEntry> entries;
    scan.built.resize(scan.directories.size());
    ScanDirectory& directory = scan.directories[i];
    entries.reserve(directory.entries.size());
    for (ScanEntry& entry : directory.entries) {
      if (!entry.problem.empty()) continue;
      if (entry.is_directory()) {
        // Children come after their parents in the list, so this one is built already.
        entry.count = scan.built[entry.directory].count;
        entry.size = scan.built[entry.directory].size;
        entry.digest = scan.built[entry.directory].digest;
      }
      entries.push_back({entry.mode, *entry.digest, entry.size, entry.count, entry.name});
    }
    scan.built[i] = store::build_tree(std::move(entries), sink);
  }
  scan.root = scan.built[0];
}

}  // namespace mlo::data
