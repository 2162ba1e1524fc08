// `head`: the segments of a run that compaction moved into the object store. Text, replaced
// atomically, sorted by writer:
//
//   mlo-run-head 1\n
//   WRITER SP sha256:HEX SP SIZE\n        one line per segment; SIZE in bytes
//
// The object holds the whole frames of the segment, header included, so it can be written out again
// as WRITER.log without change. A writer listed here wins over a log of the same name, which a
// crash between writing the head and removing the log leaves behind.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/digest.hpp"

namespace mlo::track {

struct HeadSegment {
  std::string writer;
  Digest digest;
  uint64_t size = 0;
  bool operator==(const HeadSegment&) const = default;
};

std::string format_head(const std::vector<HeadSegment>& segments);
/// Throws failure with file:line.
std::vector<HeadSegment> parse_head(std::string_view text, const std::string& name);

/// 16 lower-case hex digits; run ids have 32.
bool is_writer_id(std::string_view text);
bool is_run_id(std::string_view text);

}  // namespace mlo::track
