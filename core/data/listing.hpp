// Directories of the work tree as they are, packed: an entry has a fixed size, and all names of a
// directory lie in one string, so that a million files are two blocks of memory and no million objects.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/descriptor.hpp"
#include "base/digest.hpp"
#include "base/env.hpp"
#include "base/error.hpp"
#include "repo/ignore_rules.hpp"
#include "repo/stat_index.hpp"
#include "repo/workspace.hpp"
#include "store/tree.hpp"

namespace mlo::data {

enum class Kind : uint8_t { file, executable, link, directory };

/// Why an entry cannot be stored.
enum class Problem : uint8_t { none, socket, pipe, device, bad_name, unreadable };

/// For the one byte that a listing and a plan keep of it. Throws failure for a name that no file system has:
/// cut off, it would be another one.
uint8_t checked_name_size(std::string_view name);

struct ScanEntry {
  repo::StatKey key;
  Digest digest;  ///< where `known`
  uint64_t size = 0;
  uint32_t name_begin = 0;
  uint32_t directory = 0;  ///< index into Scan::directories where this is one
  uint8_t name_size = 0;
  Kind kind = Kind::file;
  Problem problem = Problem::none;
  bool known : 1 = false;    ///< the digest: from the stat index, or by hashing
  bool shared : 1 = false;   ///< has more than one hard link
  bool stored : 1 = false;   ///< is a symbolic link that checkout made to a stored object
  bool ignored : 1 = false;  ///< .mloignore hides it
  bool gone : 1 = false;     ///< disappeared since the directory was listed
  bool is_directory() const { return kind == Kind::directory; }
  bool usable() const { return problem == Problem::none; }
  uint32_t mode() const;  ///< of store/tree.hpp
  std::optional<Digest> maybe_digest() const {
    return known ? std::optional(digest) : std::nullopt;
  }
};
static_assert(sizeof(ScanEntry) <= 104);

struct ScanDirectory {
  std::string path;  ///< as in the stat index: relative to the workspace root
  std::string names;
  std::vector<ScanEntry> entries;  ///< sorted by name
  bool ignored = false;            ///< .mloignore hides all of it
  std::string_view name(const ScanEntry& entry) const {
    return std::string_view(names).substr(entry.name_begin, entry.name_size);
  }
  std::string path_of(const ScanEntry& entry) const;
  ScanEntry& append(std::string_view name);
  /// The entries that `unwanted` is true for go.
  template <typename Unwanted>
  void remove_if(const Unwanted& unwanted) {
    std::erase_if(entries, unwanted);
  }
  const ScanEntry* find(std::string_view name) const;
};

/// "is a socket"; `name` for names that a tree cannot hold.
std::string problem_text(Problem problem, std::string_view name);
/// "'x' is a socket and cannot be stored", with a hint.
Error unsupported(const std::string& path, const std::string& problem);
/// What a checkout that was killed left: never data.
bool is_checkout_leftover(std::string_view name);

/// The names in a directory, sorted, and which of them are directories; nothing else is filled in.
/// `shown` is what messages call it. Leftovers of a checkout are passed over.
ScanDirectory list_names(const std::string& place, const std::string& shown);

/// The text of a symbolic link.
std::string link_target(const At& place);
/// The object that a link made by checkout stands for: its digest by name, from the link's text.
std::optional<Digest> linked_object(const std::string& target, const std::string& store_path);

/// Lists directories as .mloignore has it, and looks at their files. list() and look() may be called
/// from several threads for different directories; obey() may not.
class Lister {
 public:
  /// `path`: the directory from which on .mloignore files are read as they come (those above it are
  /// read at once).
  Lister(repo::Workspace& workspace, const repo::StatIndex& index, const std::string& path);

  /// Names and kinds. Throws when the directory cannot be read.
  ScanDirectory list(const std::string& path) const;
  /// Reads the directory's own .mloignore, and marks what the rules hide.
  void obey(ScanDirectory& directory);
  /// Fills in the stat and the digests that the index knows, of the entries [begin, end).
  void look(ScanDirectory& directory, size_t begin, size_t end) const;
  /// The same for one file, or nullopt when nothing is there.
  std::optional<ScanEntry> look_at(const std::string& path) const;

 private:
  void read_rules(const std::string& directory);
  void settle(ScanEntry& entry, const struct stat& status, const At& place, std::string_view path,
              repo::StatIndex::Cursor& cursor) const;
  void settle_link(ScanEntry& entry, const At& place, std::string_view path,
                   repo::StatIndex::Cursor& cursor) const;

  repo::Workspace& workspace_;
  const repo::StatIndex& index_;
  std::string store_path_;
  repo::IgnoreRules rules_;
};

}  // namespace mlo::data
