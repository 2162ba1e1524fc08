#include "track/event.hpp"

#include <fmt/format.h>

#include <bit>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "store/bytes.hpp"
#include "track/segment.hpp"

namespace mlo::track {
namespace {

/// The caller has checked that the bytes are there.
template <typename Integer>
Integer read(std::string_view bytes, size_t at) {
  return store::read_little<Integer>(as_bytes(bytes).subspan(at, sizeof(Integer)));
}

enum Kind : char { kRecord = 1, kSeries = 2, kPoint = 3 };
constexpr size_t kPointSize = 1 + 8 + 4 + 8 + 8;

Error damaged(const std::string& name, uint64_t sequence, std::string_view what) {
  return failure(fmt::format("{}: event {}: {}", quoted(name), sequence, what),
                 "'mlo fsck' lists what is damaged");
}

SeriesPoint decode_point(std::string_view payload, uint64_t sequence) {
  SeriesPoint point;
  point.time = read<Time>(payload, 1);
  point.sequence = sequence;
  point.series = read<uint32_t>(payload, 9);
  point.step = read<int64_t>(payload, 13);
  point.value = std::bit_cast<double>(read<uint64_t>(payload, 21));
  return point;
}

}  // namespace

std::string encode_record(Time time, const format::Value& record) {
  std::string out(1, kRecord);
  store::append_little(out, static_cast<uint64_t>(time));
  return out + format::canonical_json(record);
}

std::string encode_series(uint32_t number, std::string_view key) {
  std::string out(1, kSeries);
  store::append_little(out, number);
  return out.append(key);
}

void encode_point(std::string& out, Time time, uint32_t series, int64_t step, double value) {
  out.assign(1, kPoint);
  store::append_little(out, static_cast<uint64_t>(time));
  store::append_little(out, series);
  store::append_little(out, static_cast<uint64_t>(step));
  store::append_little(out, std::bit_cast<uint64_t>(value));
}

SegmentEvents decode_segment(std::string_view bytes, std::string_view run, std::string_view writer,
                             const std::string& name) {
  SegmentEvents events;
  events.writer = writer;
  const auto visit = [&](uint64_t sequence, std::string_view payload) {
    switch (payload[0]) {
      case kRecord: {
        if (payload.size() < 9) throw damaged(name, sequence, "short record");
        auto value = format::parse_json(payload.substr(9), fmt::format("{}#{}", name, sequence));
        if (!value["event"].is_string()) throw damaged(name, sequence, "record without 'event'");
        events.records.push_back({read<Time>(payload, 1), sequence, std::move(value)});
        break;
      }
      case kSeries:
        if (payload.size() < 5 || read<uint32_t>(payload, 1) != events.series.size()) {
          throw damaged(name, sequence, "series out of order");
        }
        events.series.emplace_back(payload.substr(5));
        break;
      case kPoint: {
        if (payload.size() < kPointSize) throw damaged(name, sequence, "short point");
        const auto point = decode_point(payload, sequence);
        if (point.series >= events.series.size()) {
          throw damaged(name, sequence, "point of an unnamed series");
        }
        events.points.push_back(point);
        break;
      }
      default:
        break;  // a later version's event
    }
  };
  const SegmentScan scan = scan_segment(bytes, run, writer, name, visit);
  events.dropped = scan.dropped;
  events.damaged = scan.damaged;
  return events;
}

}  // namespace mlo::track
