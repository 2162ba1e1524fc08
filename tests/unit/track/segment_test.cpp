#include "track/segment.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "base/error.hpp"
#include "format/json.hpp"
#include "support/faulty_files.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "track/event.hpp"
#include "track/fold.hpp"
#include "track/head.hpp"

using namespace mlo;
using namespace mlo::track;

namespace {

const std::string kRun = "00112233445566778899aabbccddeeff";
const std::string kWriter = "0123456789abcdef";
constexpr Time kTime = 1479902401250000000;

std::string golden() { return read_file(std::string(MLO_TEST_DATA) + "/" + kWriter + ".log"); }

SegmentEvents decode(std::string_view bytes) {
  return decode_segment(bytes, kRun, kWriter, "x.log");
}

std::vector<std::string> payloads(std::string_view bytes, SegmentScan* scan = nullptr) {
  std::vector<std::string> out;
  const auto found = scan_segment(bytes, kRun, kWriter, "x.log",
                                  [&](uint64_t, std::string_view p) { out.emplace_back(p); });
  if (scan) *scan = found;
  return out;
}

}  // namespace

// The golden file was written by a program of its own (struct.pack, bitwise CRC), not by mlo.
TEST_CASE("the golden segment is read") {
  const auto events = decode(golden());
  CHECK(events.dropped == 0);
  REQUIRE(events.records.size() == 9);
  CHECK(events.records[0].time == kTime);
  CHECK(events.records[8].sequence == 13);  // 0.. over all frames, unknown kinds too
  CHECK(events.series == std::vector<std::string>{"val/auc"});
  REQUIRE(events.points.size() == 3);
  CHECK(events.points[1].step == 2);
  CHECK(events.points[1].value == 0.8125);
  CHECK(std::isnan(events.points[2].value));

  const auto run = fold_run(kRun, {{events}, {}});
  REQUIRE(run);
  CHECK(run->status == Status::finished);
  CHECK(run->name == "calm-otter");
  CHECK(run->command == std::vector<std::string>{"mlo", "train", "vocabulary"});
  CHECK(run->dirty);
  CHECK(run->ended_at == kTime + 7);
  REQUIRE(run->metric("val/auc"));
  CHECK(run->metric("val/auc")->count == 3);
  CHECK(run->metric("val/auc")->max == 0.8125);
  CHECK(std::isnan(run->metric("val/auc")->last));
  CHECK(run->metric("val/auc")->step == 3);
  CHECK(run->inputs.at(0).size == 1234);
  CHECK(run->model == run->outputs.at(0).digest);
  CHECK(format::canonical_json(run->environment) == R"({"runtime":{"name":"torch"},"threads":2})");
}

TEST_CASE("what mlo writes is the golden segment, byte for byte") {
  std::string bytes = segment_header(kRun, kWriter);
  const std::string old = golden();
  const auto events = decode(old);
  // The first seven frames: a record of each shape, a series, a point.
  std::vector<std::string> frames;
  for (size_t i = 0; i < 5; ++i) {
    frames.push_back(encode_record(events.records[i].time, events.records[i].value));
  }
  frames.push_back(encode_series(0, "val/auc"));
  std::string point;
  encode_point(point, kTime + 3, 0, 1, 0.75);
  frames.push_back(point);
  for (const auto& frame : frames) append_frame(bytes, frame);
  REQUIRE(bytes.size() < old.size());
  CHECK(bytes == old.substr(0, bytes.size()));
  CHECK(point.size() + 8 == 37);
}

TEST_CASE("a torn tail is dropped at every length, and nothing else") {
  const std::string whole = golden();
  SegmentScan all;
  const auto frames = payloads(whole, &all);
  REQUIRE(all.events == 14);
  std::vector<size_t> ends = {kSegmentHeader};
  for (const auto& frame : frames) ends.push_back(ends.back() + 8 + frame.size());
  for (size_t size = 0; size <= whole.size(); ++size) {
    SegmentScan scan;
    const auto some = payloads(std::string_view(whole).substr(0, size), &scan);
    size_t expected = 0;
    while (expected + 1 < ends.size() && ends[expected + 1] <= size) ++expected;
    REQUIRE(some.size() == expected);
    REQUIRE(scan.valid + scan.dropped == size);
    REQUIRE_FALSE(scan.damaged);
  }
}

TEST_CASE("a flipped bit stops the reader at its frame") {
  const std::string whole = golden();
  SegmentScan all;
  const auto frames = payloads(whole, &all);
  for (size_t at = kSegmentHeader; at < whole.size(); ++at) {
    std::string bad = whole;
    bad[at] = static_cast<char>(bad[at] ^ 0x10);
    SegmentScan scan;
    payloads(bad, &scan);
    REQUIRE(scan.valid <= at);
    REQUIRE(scan.events < all.events);
    // Of the last frame, a greater length looks like a frame that was torn.
    if (at < whole.size() - 8 - frames.back().size()) REQUIRE(scan.damaged);
  }
}

TEST_CASE("a tail of zeros is what a power loss leaves, and zeros in between are damage") {
  std::string whole = segment_header(kRun, kWriter);
  while (whole.size() < 2000) append_frame(whole, "\x20 some event");
  const auto scan = [](std::string_view bytes) {
    SegmentScan found;
    payloads(bytes, &found);
    return found;
  };
  CHECK_FALSE(scan(whole).damaged);
  CHECK_FALSE(scan(whole + std::string(3000, '\0')).damaged);
  std::string bytes = whole;
  std::fill(bytes.begin() + 1536, bytes.end(), '\0');  // the last sectors never came
  CHECK(scan(bytes).dropped > 0);
  CHECK_FALSE(scan(bytes).damaged);
  bytes = whole;
  std::fill(bytes.begin() + 512, bytes.begin() + 1024, '\0');
  CHECK(scan(bytes).damaged);
}

TEST_CASE("a segment of another run or writer is refused") {
  std::string bytes = golden();
  bytes[20] = bytes[20] == '0' ? '1' : '0';
  CHECK_THROWS_AS(decode(bytes), Error);
}

TEST_CASE("whole frames without sense are errors that name the file and event") {
  const auto with = [](std::string_view payload) {
    std::string bytes = segment_header(kRun, kWriter);
    append_frame(bytes, payload);
    return bytes;
  };
  const auto message = [&](std::string_view payload) {
    try {
      decode(with(payload));
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  std::string point;
  encode_point(point, 1, 0, 1, 1.0);
  CHECK(message(point) == "'x.log': event 0: point of an unnamed series");
  CHECK(message(encode_series(1, "a")) == "'x.log': event 0: series out of order");
  CHECK(message(std::string("\x03") + "short") == "'x.log': event 0: short point");
  CHECK(message(std::string("\x01") + "12345678{") != "");
  CHECK(message(std::string("\x01") + "12345678{}") == "'x.log': event 0: record without 'event'");
  CHECK(message("\x20 unknown") == "");
}

TEST_CASE("the writer holds its segment and readers see it") {
  test::TestEnv test;
  test::TempDir dir;
  const std::string path = dir / (kWriter + ".log");
  CHECK_FALSE(segment_held(path));
  {
    SegmentWriter writer(test.env, path, kRun, kWriter);
    CHECK(segment_held(path));
    writer.append(
        "\x20"
        "a");
    CHECK(payloads(read_file(path)).size() == 1);
  }
  CHECK_FALSE(segment_held(path));
  CHECK_THROWS_AS(SegmentWriter(test.env, path, kRun, kWriter), Error);  // never written again
}

TEST_CASE("a full disk costs the event, not the later ones") {
  test::TempDir dir;
  const std::string path = dir / (kWriter + ".log");
  // Calls: create 1, header 2, first event 3, the second one 4 is cut short.
  test::FaultyFiles files(posix_files(), test::Fault::short_write, 4);
  test::TestEnv test(files);
  SegmentWriter writer(test.env, path, kRun, kWriter);
  writer.append(
      "\x20"
      "first");
  CHECK_THROWS_AS(writer.append("\x20"
                                "second"),
                  Error);
  writer.append(
      "\x20"
      "third");
  CHECK(payloads(read_file(path)) == std::vector<std::string>{"\x20"
                                                              "first",
                                                              "\x20"
                                                              "third"});
}

namespace {

/// A disk that fails twice: half an event is written, and cannot be taken back at once.
class TwiceFailing final : public test::FaultyFiles {
 public:
  TwiceFailing() : FaultyFiles(posix_files(), test::Fault::short_write, 4) {}
  void truncate(int fd, off_t size, const std::string& name) override {
    if (!failed_) {
      failed_ = true;
      throw system_error("cannot truncate " + name, EIO);
    }
    FaultyFiles::truncate(fd, size, name);
  }

 private:
  bool failed_ = false;
};

}  // namespace

TEST_CASE("half an event that could not be taken back does not hide the later ones") {
  test::TempDir dir;
  const std::string path = dir / (kWriter + ".log");
  TwiceFailing files;
  test::TestEnv test(files);
  SegmentWriter writer(test.env, path, kRun, kWriter);
  writer.append(" first");
  CHECK_THROWS_AS(writer.append(" second"), Error);
  writer.append(" third");
  CHECK(payloads(read_file(path)) == std::vector<std::string>{" first", " third"});
}

TEST_CASE("an event has at most 16 MiB") {
  std::string out;
  CHECK_THROWS_AS(append_frame(out, std::string(kLongestPayload + 1, 'x')), Error);
  CHECK(out.empty());
}
