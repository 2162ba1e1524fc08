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

template <typename Wanted>
std::vector<ScanPlace> collect(Scan& scan, Wanted wanted) {
  std::vector<ScanPlace> places;
  for (ScanDirectory& directory : scan.directories) {
    for (ScanEntry& entry : directory.entries) {
      if (!entry.is_directory() && entry.usable() && wanted(entry)) {
        places.push_back({&directory, &entry});
      }
    }
  }
  return places;
}

/// Where the content lies: the object itself for a link that checkout made.
std::string content_of(const repo::Workspace& workspace, const ScanPlace& place) {
  std::string file = workspace.absolute(place.path());
  return place.entry->stored ? link_target(file) : file;
}

/// The stat that the index holds: of the content, not of a link to it.
repo::StatKey content_key(const ScanEntry& entry, const struct stat& content) {
  return entry.stored ? repo::stat_key(content) : entry.key;
}

void hash_place(const repo::Workspace& workspace, ScanPlace& place, repo::StatKey& key) {
  std::string file = content_of(workspace, place), shown = place.path();
  int raw = ::open(file.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
  if (raw < 0) throw system_error("cannot open " + quoted(shown), errno);
  Descriptor fd(raw);
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw system_error("cannot look at " + quoted(shown), errno);
  key = content_key(*place.entry, status);
  place.entry->digest = sha256_of(fd.get(), shown);
  place.entry->known = true;
}

/// Whether the file that could not be hashed is passed over, as the caller asked.
bool passed_over(ScanEntry& entry, const Error& error, Unreadable unreadable) {
  if (unreadable == Unreadable::fail) return false;
  int number = error.system_code();
  if (number == ENOENT) entry.gone = true;
  if (number == EACCES || number == EPERM) entry.problem = Problem::unreadable;
  return entry.gone || !entry.usable();
}

/// Stores what neither the index nor the store knows. The digest of a known file is trusted only as
/// long as the store still has its object.
std::vector<ScanPlace> not_in_store(Scan& scan, store::Batch& batch) {
  return collect(scan, [&](const ScanEntry& entry) {
    if (entry.kind == Kind::link) return false;
    return !entry.known || !batch.keep(entry.digest, entry.size);
  });
}

void store_links(repo::Workspace& workspace, Scan& scan, store::Batch& batch) {
  for (ScanPlace& place :
       collect(scan, [](const ScanEntry& entry) { return entry.kind == Kind::link; })) {
    place.entry->digest = batch.add(link_target(workspace.absolute(place.path())));
  }
}

}  // namespace

void hash_places(Env& env, repo::Workspace& workspace, std::span<ScanPlace> places,
                 repo::StatIndex& index, Unreadable unreadable) {
  Time observed = env.clock.now();
  std::vector<repo::StatKey> keys(places.size());
  parallel_for(places.size(), [&](size_t i) {
    env.check_cancelled();
    try {
      hash_place(workspace, places[i], keys[i]);
    } catch (const Error& error) {
      if (!passed_over(*places[i].entry, error, unreadable)) throw;
    }
  });
  for (size_t i = 0; i < places.size(); ++i) {
    if (places[i].entry->known) {
      index.set(places[i].path(), keys[i], places[i].entry->digest, observed);
    }
  }
}

void hash_files(Env& env, repo::Workspace& workspace, Scan& scan, repo::StatIndex& index) {
  std::vector<ScanPlace> places =
      collect(scan, [](const ScanEntry& entry) { return !entry.known; });
  hash_places(env, workspace, places, index, Unreadable::fail);
  scan.hashed += places.size();
}

void store_files(Env& env, repo::Workspace& workspace, Scan& scan, repo::StatIndex& index,
                 store::Batch& batch) {
  std::vector<ScanPlace> places = not_in_store(scan, batch);
  Time observed = env.clock.now();
  uint64_t total = 0;
  for (const ScanPlace& place : places) total += place.entry->size;
  auto progress = env.reporter.progress("add", total);
  std::atomic<uint64_t> done = 0;
  std::mutex redraw;
  std::vector<repo::StatKey> keys(places.size());
  parallel_for(places.size(), [&](size_t i) {
    ScanEntry& entry = *places[i].entry;
    store::AddedFile added = batch.add_file(content_of(workspace, places[i]), places[i].path());
    entry.digest = added.digest;
    entry.known = true;
    entry.size = added.size;
    if (!entry.stored) entry.key = repo::stat_key(added.status);
    keys[i] = content_key(entry, added.status);
    uint64_t now = done += added.size;
    std::unique_lock<std::mutex> hold(redraw, std::try_to_lock);
    if (hold) progress->update(now);
  });
  for (size_t i = 0; i < places.size(); ++i) {
    index.set(places[i].path(), keys[i], places[i].entry->digest, observed);
  }
  store_links(workspace, scan, batch);
  scan.hashed += places.size();
}

void build(Scan& scan, const store::TreeSink& sink) {
  scan.built.resize(scan.directories.size());
  for (size_t i = scan.directories.size(); i-- > 0;) {
    std::vector<store::TreeEntry> entries;
    const ScanDirectory& directory = scan.directories[i];
    entries.reserve(directory.entries.size());
    for (const ScanEntry& entry : directory.entries) {
      if (!entry.usable()) continue;
      store::TreeEntry made{entry.mode(), entry.digest, entry.size, 1, {}};
      // Children come after their parents in the list, so this one is built already.
      if (entry.is_directory()) made = scan.built[entry.directory];
      made.name = directory.name(entry);
      entries.push_back(std::move(made));
    }
    scan.built[i] = store::build_tree(std::move(entries), sink);
  }
  scan.root = scan.built[0];
}

}  // namespace mlo::data
