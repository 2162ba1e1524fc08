// The events of a run, as payloads of segment frames. All integers little endian; TIME is
// nanoseconds since 1970 and never goes back within one writer.
//
//   kind 1, record:  01 TIME(8) JSON      canonical JSON, an object with "event" and its members:
//     start        name, experiment, parent, user, host, command, commit, dirty, snapshot, large
//     param        key, value             tag     key, value (null removes it)
//     input        name, digest, size     output  path, digest, size
//     environment  members (merged)       model   digest
//     removed      removed                end     status, message
//   kind 2, series:  02 NUMBER(4) KEY     names a series of this segment; numbers count from 0
//   kind 3, point:   03 TIME(8) NUMBER(4) STEP(8) VALUE(8, IEEE 754 binary64)
//
// A reader skips kinds, events and members that it does not know: later versions only add.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "format/value.hpp"

namespace mlo::track {

std::string encode_record(Time time, const format::Value& record);
std::string encode_series(uint32_t number, std::string_view key);
void encode_point(std::string& out, Time time, uint32_t series, int64_t step, double value);

struct Record {
  Time time = 0;
  uint64_t sequence = 0;
  format::Value value;
};
struct SeriesPoint {
  Time time = 0;
  uint64_t sequence = 0;
  uint32_t series = 0;
  int64_t step = 0;
  double value = 0;
};

/// All events of one segment, in the order in which they were written.
struct SegmentEvents {
  std::string writer;
  std::vector<Record> records;
  std::vector<std::string> series;
  std::vector<SeriesPoint> points;
  uint64_t dropped = 0;  ///< bytes after the last event that holds
  bool damaged = false;  ///< these are no torn tail (SegmentScan)
};

/// Throws when a whole frame makes no sense (malformed JSON, a point of an unnamed series).
SegmentEvents decode_segment(std::string_view bytes, std::string_view run, std::string_view writer,
                             const std::string& name);

}  // namespace mlo::track
