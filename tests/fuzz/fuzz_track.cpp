// Segments after a crash and heads after an edit.
#include "fuzz/fuzz.hpp"
#include "track/event.hpp"
#include "track/head.hpp"
#include "track/segment.hpp"

namespace {

using namespace mlo;

const std::string kRun(32, 'a'), kWriter(16, 'b');

void head(std::string_view text) {
  auto segments = track::parse_head(text, "input");
  fuzz::require(track::parse_head(track::format_head(segments), "printed") == segments,
                "a head reads back");
}

void segment(std::string_view bytes) {
  track::SegmentEvents events = track::decode_segment(bytes, kRun, kWriter, "input");
  fuzz::require(events.dropped <= bytes.size(), "no more is dropped than was there");
  for (const track::SeriesPoint& point : events.points) {
    fuzz::require(point.series < events.series.size(), "a point belongs to a named series");
  }
}

/// The checksum keeps mutated frames from the decoder, so this target frames the input itself.
void payload(std::string_view bytes) {
  std::string text = track::segment_header(kRun, kWriter);
  track::append_frame(text, track::encode_series(0, "loss"));
  if (bytes.empty()) throw failure("a frame is never empty");
  track::append_frame(text, bytes);
  segment(text);
}

std::string whole_segment() {
  std::string text = track::segment_header(kRun, kWriter), point;
  track::append_frame(text, track::encode_record(1, format::Value()));
  track::append_frame(text, track::encode_series(0, "loss"));
  track::encode_point(point, 2, 0, 1, 0.5);
  track::append_frame(text, point);
  return text;
}

}  // namespace

int main(int argc, char** argv) {
  std::string digest(64, 'c'), point;
  track::encode_point(point, 2, 0, 1, 0.5);
  std::string record =
      std::string("\x01") + std::string(8, '\0') + R"({"event":"param","key":"a","value":1})";
  return mlo::fuzz::run_targets(
      {{"head",
        {"mlo-run-head 1\n" + kWriter + " sha256:" + digest + " 120\n", "mlo-run-head 1\n"},
        {"sha256:", " ", "\n", "-1"},
        head},
       {"segment", {whole_segment()}, {}, segment},
       {"payload",
        {point, record, track::encode_series(1, "acc")},
        {"\"event\":", "{", "}"},
        payload}},
      argc, argv);
}
