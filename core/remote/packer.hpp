// Objects into packs, packs into the remote: chunks are hashed, compressed and sealed on all threads,
// packs go up in the background, and an index follows whenever a number of packs is there. The packs
// depend on the objects and their order alone (unless sealed): a push that is repeated meets its own.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "base/env.hpp"
#include "remote/draft_runs.hpp"
#include "remote/pack.hpp"
#include "remote/reachable.hpp"
#include "remote/remote.hpp"
#include "remote/transfer_progress.hpp"
#include "remote/uploads.hpp"

namespace mlo::remote {

struct PackerOptions {
  unsigned jobs = 1;
  uint64_t pack_size = kPackSize;
  size_t packs_per_index = 8;
  /// Packs whose chunks may be referred to; absent: all.
  IndexSet::PackFilter usable;
  /// End each pack with a chunk of random bytes: its name then is none that was there before.
  bool salt = false;
};

class Packer {
 public:
  /// `remote.indexes()` were read. All are borrowed.
  Packer(Env& env, const store::ObjectStore& store, Remote& remote, const PackerOptions& options,
         TransferProgress& progress);
  ~Packer();
  /// Objects of which the remote has no whole; throws when one is missing or damaged here. Bytes in
  /// memory: 2 x 64 MiB, and a pack for each job.
  void add(std::span<const ReachableObject> objects);
  /// The last pack; afterwards everything is in the remote and in its indexes.
  void finish();

  uint64_t packs() const { return packs_; }
  uint64_t stored_bytes() const { return stored_bytes_; }
  /// Packs that this put, as opposed to found.
  const std::unordered_set<Digest>& created() const { return created_; }

 private:
  struct Source;
  struct Piece;
  struct Slot {
    Digest name;
    uint64_t first = 0;  ///< number of its first chunk
    uint64_t count = 0;  ///< without salt
    std::vector<StoredChunk> chunks;
    bool uploaded = false;
  };
  struct Draft {
    ReachableObject object;
    DraftRuns runs;
  };

  void add_window(std::span<const ReachableObject> objects);
  void add_source(const ReachableObject& object, const Source& source);
  void flush_pieces();
  void decide(Piece& piece);
  std::optional<DraftRun> find(const Digest& id) const;
  void store_piece(Piece& piece);
  void finish_pack();
  void upload(size_t slot, const FinishedPack& pack);
  enum class Publish { enough, all };
  void publish(Publish what);
  std::vector<Run> resolve(const DraftRuns& runs) const;

  Env& env_;
  const store::ObjectStore& store_;
  Remote& remote_;
  const PackerOptions options_;
  TransferProgress& progress_;
  std::vector<Piece> pieces_;
  uint64_t pieces_size_ = 0;
  DraftRuns runs_;                              ///< of the object whose pieces come
  std::unordered_map<Digest, uint64_t> fresh_;  ///< numbers of chunks that no index names yet
  uint64_t next_number_ = 0;
  std::deque<Draft> drafts_;  ///< cut objects that no index names yet
  PackBuilder builder_;
  uint64_t builder_size_ = 0;
  uint64_t builder_first_ = 0;  ///< number of the first chunk in the builder
  size_t published_ = 0;        ///< slots before this one are in an index

  mutable std::mutex mutex_;  // guards what follows
  std::deque<Slot> slots_;
  uint64_t packs_ = 0, stored_bytes_ = 0;
  std::unordered_set<Digest> created_;
  Uploads uploads_;  // last: its threads use the others
};

}  // namespace mlo::remote
