// A segment: the append-only file in which one writer keeps its events of one run.
//
// Purpose: log without a lock, from any number of processes and machines, and lose at most what was
// never written. So every writer has a file of its own, events are framed and checked, and merging
// two stores is the union of files. Rejected: one log per run (needs a lock or O_APPEND atomicity,
// which NFS lacks), SQLite (one fsync and one lock per point: 4,300 points/s against millions),
// JSON lines (a torn line looks like a whole one; 3 times the size). A metric point takes 37 bytes.
//
//   offset  bytes  what
//   0       64     "mlo-segment 1 " RUN " " WRITER "\n": run id (32 hex), writer id (16 hex)
//   64      ...    frames, each:
//             4    n, length of the payload, little endian, 1 to 16 MiB
//             4    CRC-32C of the four length bytes and the payload, little endian
//             n    payload (event.hpp)
//
// A reader stops at the first frame that is short or fails its check: what follows was torn by a
// crash, or was damaged later (SegmentScan::damaged), and is dropped. The sequence of an event is
// its index in the segment. While the writer lives, it holds an exclusive open-file-description lock
// on the whole file (the kernel drops it however the process ends); nobody else writes the file, and
// it is never opened again for writing.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/env.hpp"

namespace mlo::track {

inline constexpr size_t kSegmentHeader = 64;
inline constexpr size_t kLongestPayload = size_t{16} << 20;

std::string segment_header(std::string_view run, std::string_view writer);
/// Appends one frame to `out`; throws a usage error above kLongestPayload.
void append_frame(std::string& out, std::string_view payload);

class SegmentWriter {
 public:
  /// Creates `path` exclusively, takes the lock and writes the header.
  SegmentWriter(Env& env, std::string path, std::string_view run, std::string_view writer);
  /// One write(): process-safe when it returns. A failed write leaves the segment as it was, so
  /// that a full disk costs this event and not all later ones.
  void append(std::string_view payload);
  void sync();
  const std::string& path() const { return path_; }

 private:
  void cut();

  Env& env_;
  std::string path_;
  Descriptor fd_;
  int64_t size_ = 0;
  bool torn_ = false;  ///< half a frame may stand behind size_
  std::string frame_;
};

struct SegmentScan {
  uint64_t events = 0;
  uint64_t valid = 0;    ///< bytes from the start that hold
  uint64_t dropped = 0;  ///< bytes after them
  /// What was dropped is no torn tail, so that events which were whole once are lost. A killed writer
  /// leaves a short last frame; a power loss leaves one of which the rest from some sector (512 bytes)
  /// on is zeros, up to the end of the file. Anything else is damage: a frame that fits into the file
  /// and fails its check, a length that no writer writes, or a "short" frame that whole ones follow.
  bool damaged = false;
};

/// Calls `visit(sequence, payload)` for each whole frame. A file shorter than its header is empty;
/// another header throws ("'...' is not a segment of run '...'").
SegmentScan scan_segment(std::string_view bytes, std::string_view run, std::string_view writer,
                         const std::string& name,
                         const std::function<void(uint64_t, std::string_view)>& visit);

/// Takes the writer's lock of a segment whose writer is gone; nobody writes to it for as long as the
/// descriptor is open. Empty when its writer lives, or may live: where locks do not work.
Descriptor claim_segment(const std::string& path);
/// Whether a living process holds the segment open for writing.
bool segment_held(const std::string& path);

}  // namespace mlo::track
