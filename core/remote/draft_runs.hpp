// The recipe of a cut object while it is pushed: chunks that were in the remote before, and fresh ones
// whose packs have no name yet. Fresh chunks are numbered through the whole push, so that a number says
// pack and place once the packs are finished.
#pragma once

#include <cstdint>
#include <vector>

#include "base/digest.hpp"

namespace mlo::remote {

struct DraftRun {
  bool fresh = false;
  Digest pack;         ///< of chunks that were there
  uint64_t first = 0;  ///< the ordinal in `pack`, or the number of the fresh chunk
  uint32_t count = 1;
};

class DraftRuns {
 public:
  /// Whether `chunk` (a run of one) lies right behind the last one.
  bool continues(const DraftRun& chunk) const;
  void add(const DraftRun& chunk);
  /// The last 128 runs have fewer than 8 chunks each on average: reading this object would cost a
  /// request for every few hundred KiB, so what would start another run is better stored anew. The
  /// bound of the Xet protocol (data-deduplication specification).
  bool fragmented() const;
  const std::vector<DraftRun>& runs() const { return runs_; }
  /// One past the highest number of a fresh chunk; 0: there is none.
  uint64_t needs() const { return needs_; }

 private:
  std::vector<DraftRun> runs_;
  uint64_t recent_ = 0;  ///< chunks in the last 128 runs
  uint64_t needs_ = 0;
};

}  // namespace mlo::remote
