// What lies in which pack of a remote: one index file per upload, sorted, fixed-width, merged when there
// are many. The plain bytes, little-endian (a remote holds them sealed by Codec::seal_file):
//
//      0   8  magic "MLORIDX", byte 1 (version)
//      8  40  numbers of superseded s, packs p, chunks c, objects o, runs r, u64 each
//     48 32s  names of the index files that this one replaces, ascending
//      - 48p  packs by name: name 32, first chunk u64, number of chunks u64 (0: the pack is described
//             elsewhere)
//      - 48c  chunks, pack by pack, in the order of the pack: id 32, offset, stored, raw, flags, u32 each
//      -  4c  the chunks' numbers in the order of their ids (equal ones: of the numbers), u32
//      - 56o  objects that were cut, by digest: digest 32, size u64, first run u64, number of runs u64
//      - 12r  runs, object by object: pack (number in this file), first chunk in that pack, number of
//             chunks, u32 each
//
// An object is a chunk with kWhole (whose content digest is the object's) or one of `objects`, the
// concatenation of its runs. Named index/<Codec::id_of(SHA-256 of the plain bytes)>: one content has one
// name. A chunk costs 52 bytes, so that a file of 64 MiB describes 1.2 million, 80 GiB of 64 KiB chunks.
// Rejected: one entry per chunk and file (a recipe of 1 GiB would repeat 16,000 ids with every push: runs
// of neighbouring chunks cost 12 bytes each), SQLite (cannot be put as one immutable file and mapped).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"
#include "remote/codec.hpp"
#include "remote/pack.hpp"

namespace mlo::remote {

/// `count` neighbouring chunks of one pack, from ordinal `first`.
struct Run {
  Digest pack;
  uint32_t first = 0;
  uint32_t count = 0;
};

struct CutObject {
  Digest digest;
  uint64_t size = 0;
  std::vector<Run> runs;
};

/// What one upload adds, and its bytes.
struct IndexContent {
  std::vector<std::string> superseded;  ///< names of index files ("index/ab..")
  struct PackChunks {
    Digest name;
    std::vector<StoredChunk> chunks;
  };
  std::vector<PackChunks> packs;
  std::vector<CutObject> objects;
};
/// The one encoding of the content, whatever order it is in.
std::string encode_index(const IndexContent& content);
/// Throws failure when the bytes are malformed: every number is checked before it is used.
IndexContent parse_index(std::string_view bytes, const std::string& name);

/// "index/<hex>" of encoded bytes.
std::string index_name(const Codec& codec, std::string_view encoded);
/// What Codec::open_file gives for the file under `name`, whose content must be that of the name.
std::string open_index(const Codec& codec, const std::string& name, std::string_view sealed);

/// Many indexes as one. Thread-safe for reading. Finding a chunk takes 0.1 to 0.5 us for each file: merge
/// them above 30 or so.
class IndexSet {
 public:
  IndexSet();
  ~IndexSet();
  IndexSet(IndexSet&&) noexcept;
  /// `bytes` (plain) are checked like parse_index does, kept as they are, and searched in place. An
  /// index that another one supersedes is not looked into, whatever the order of adding: what it names
  /// may be gone. Adding a name twice does nothing.
  void add(std::string name, std::string bytes);
  bool has(std::string_view name) const;

  struct Place {
    Digest pack;
    uint32_t ordinal = 0;
    StoredChunk chunk;
  };
  /// Packs that may be used; absent: all.
  using PackFilter = std::function<bool(const Digest& pack)>;
  /// Of a whole object, ask for the id of its digest; one that is a piece of another object, stored
  /// without kWhole, is as good.
  std::optional<Place> find_chunk(const Digest& id, const PackFilter& usable = {}) const;
  /// A cut object's runs, none of them empty; nullopt also for whole ones, and where no index describes
  /// one of its packs.
  std::optional<CutObject> find_object(const Digest& digest, const PackFilter& usable = {}) const;
  /// All chunks of a pack, in its order; empty when no index describes it.
  std::vector<StoredChunk> chunks_of(const Digest& pack) const;
  /// Those that an index describes, ascending.
  std::vector<Digest> packs() const;
  /// Everything in one content, superseding all that were added; for merging and for gc (`keep` says
  /// which packs stay, described here or not; objects with a run in another are dropped). A file holds
  /// kMostFile: merge the small ones of a large remote in a set of their own.
  IndexContent merged(const std::function<bool(const Digest& pack)>& keep) const;
  /// A file has one recipe for an object. Other recipes of the objects in merged(keep), in other packs: they
  /// must be put before it, as gc may remove the packs of the one that it has. None supersedes anything.
  std::vector<IndexContent> other_recipes(
      const std::function<bool(const Digest& pack)>& keep) const;
  std::vector<std::string> names() const;       ///< also of superseded ones
  std::vector<std::string> superseded() const;  ///< by one of them, known or not

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::remote
