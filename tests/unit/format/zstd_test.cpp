#include "format/zstd.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using namespace mlo::format;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

// printf 'hello hello hello hello\n' | zstd -c (1.5.4): no size in the header, with a checksum.
const std::string kStreamed(
    "\x28\xb5\x2f\xfd\x04\x58\x6d\x00\x00\x38\x68\x65\x6c\x6c\x6f\x20"
    "\x0a\x01\x00\x99\x4b\x11\xa8\x7c\x2e\xa8",
    26);

}  // namespace

TEST_CASE("a zstd frame holds what was compressed") {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string(1'000'000, 'y'), std::string(300, '\0')}) {
    for (const ZstdChecksum checksum : {ZstdChecksum::none, ZstdChecksum::added}) {
      const std::string frame = zstd_compress(text, checksum);
      CHECK(zstd_decompress(frame, text.size()) == text);
      CHECK(zstd_decompress_up_to(frame, text.size()) == text);
      CHECK(zstd_frame_size(frame + "more") == frame.size());
    }
  }
}

TEST_CASE("a zstd frame that does not have the expected size is refused") {
  const std::string frame = zstd_compress("hello");
  CHECK_THAT(message_of([&] { zstd_decompress(frame, 4); }), Contains("holds 5 bytes, not 4"));
  CHECK_THAT(message_of([&] { zstd_decompress(frame, 6); }), Contains("holds 5 bytes, not 6"));
  CHECK_THAT(message_of([&] { zstd_decompress_up_to(frame, 4); }), Contains("more than 4 B"));
  CHECK_THAT(message_of([&] { zstd_decompress(frame + "x", 5); }), Contains("bytes follow"));
  CHECK_THAT(message_of([&] { zstd_decompress_up_to(frame + frame, 10); }),
             Contains("bytes follow"));
  for (size_t size = 0; size < frame.size(); ++size) {
    CHECK_THROWS_AS(zstd_decompress(frame.substr(0, size), 5), Error);
    CHECK_THROWS_AS(zstd_decompress_up_to(frame.substr(0, size), 5), Error);
  }
}

TEST_CASE("a small frame cannot ask for much memory") {
  const std::string bomb = zstd_compress(std::string(200 << 20, '\0'));
  CHECK(bomb.size() < 100'000);
  CHECK_THAT(message_of([&] { zstd_decompress_up_to(bomb, 1 << 20); }),
             Contains("holds 200.0 MiB, more than 1.0 MiB"));
}

TEST_CASE("a frame that zstd streamed, without its size, is read where the size is known") {
  CHECK(zstd_decompress(kStreamed, 24) == "hello hello hello hello\n");
  CHECK_THROWS_AS(zstd_decompress(kStreamed, 23), Error);
  CHECK_THAT(message_of([&] { zstd_decompress(kStreamed, 25); }), Contains("fewer bytes"));
  CHECK_THAT(message_of([&] { zstd_decompress_up_to(kStreamed, 100); }),
             Contains("does not say its size"));
}

TEST_CASE("a checksum tells damage of the content") {
  const std::string frame = zstd_compress("content that is not compressed", ZstdChecksum::added);
  std::string damaged = frame;
  damaged[15] = static_cast<char>(damaged[15] ^ 1);
  CHECK_THAT(message_of([&] { zstd_decompress(damaged, 30); }), Contains("zstd"));
}

TEST_CASE("skippable and legacy frames are no content") {
  const std::string skippable("\x50\x2a\x4d\x18\x04\x00\x00\x00zero", 12);
  const std::string legacy = "\x27\xb5\x2f\xfd" + std::string(20, '\0');
  for (const std::string& frame : {skippable, legacy, std::string("text"), std::string()}) {
    CHECK_THAT(message_of([&] { zstd_decompress(frame, 0); }), Contains("not a zstd frame"));
    CHECK_THAT(message_of([&] { zstd_frame_size(frame); }), Contains("not a zstd frame"));
  }
}
