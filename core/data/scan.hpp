// A directory of the work tree as it is now, and the tree object that it would become. The walk runs
// on all threads and asks the stat index, so that an unchanged directory is listed and stat'ed, not
// read. Packed (listing.hpp): 100 bytes and the name for each file. Where only differences count,
// compare.hpp keeps a few directories at a time instead of all.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "data/listing.hpp"

namespace mlo::data {

/// directories[0] is the root; parents come before children.
struct Scan {
  std::vector<ScanDirectory> directories;
  uint64_t hashed = 0;  ///< files whose content had to be read
  /// By build(): each directory's digest, total size and number of files; `root` is the first.
  std::vector<store::TreeEntry> built;
  store::TreeEntry root;
  bool problems() const;
};

/// Lists `path` (relative to the root of the workspace, a directory). `.mloignore` files are obeyed.
/// Throws when a directory cannot be read.
Scan scan_directory(Env& env, repo::Workspace& workspace, const std::string& path,
                    const repo::StatIndex& index);

/// look() over all of these directories, on all threads.
void look_at_files(Env& env, const Lister& lister, std::span<ScanDirectory* const> directories);

/// A file whose content is wanted.
struct ScanPlace {
  const ScanDirectory* directory;
  ScanEntry* entry;
  std::string path() const { return directory->path_of(*entry); }
};
enum class Unreadable { fail, mark };
/// Fills in digests by hashing on all threads, and records them in the index. `mark`: a file that may
/// not be read gets Problem::unreadable, and one that disappeared is `gone`.
void hash_places(Env& env, repo::Workspace& workspace, std::span<ScanPlace> places,
                 repo::StatIndex& index, Unreadable unreadable);

/// Fills in the digests that the stat index did not know, by hashing, and records them there.
void hash_files(Env& env, repo::Workspace& workspace, Scan& scan, repo::StatIndex& index);
/// The same, storing the files in `batch`; known ones that the store lost are stored again.
void store_files(Env& env, repo::Workspace& workspace, Scan& scan, repo::StatIndex& index,
                 store::Batch& batch);
/// Computes the tree objects bottom-up, giving their bytes to `sink`. Every digest must be known.
void build(Scan& scan, const store::TreeSink& sink);

/// One regular file or symbolic link, by the same rules; nullopt when nothing is there.
std::optional<ScanEntry> scan_file(repo::Workspace& workspace, const std::string& path,
                                   const repo::StatIndex& index);

}  // namespace mlo::data
