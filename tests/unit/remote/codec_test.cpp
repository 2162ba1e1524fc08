#include "remote/codec.hpp"

#include "format_fixture.hpp"

using namespace mlo;
using namespace mlo::remote;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

const std::string kLine = "one line of a table, 1, 2, 3\n";

std::string lines(size_t count) {
  std::string text;
  for (size_t i = 0; i < count; ++i) text += kLine;
  return text;
}

/// One bit in the header of a zstd frame is unused: turned, it changes nothing.
template <typename Open>
bool refused_or(const std::string& right, const Open& open) {
  try {
    return open() == right;
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

TEST_CASE("a chunk comes back from both codecs, whatever its size and kind") {
  for (const auto& codec : both_codecs()) {
    for (const std::string& raw : {std::string(), std::string("x"), noise(63, 1), noise(65, 2),
                                   noise(100'000, 3), lines(1), lines(3000)}) {
      StoredChunk chunk{.id = id_of(*codec, raw), .flags = kWhole};
      const std::string stored = codec->seal_chunk(chunk, as_bytes(raw));
      CHECK(chunk.stored == stored.size());
      CHECK(chunk.raw == raw.size());
      CHECK((chunk.flags & kWhole) != 0);
      CHECK(((chunk.flags & kSealed) != 0) == codec->encrypts());
      CHECK(codec->open_chunk(chunk, stored) == raw);
      CHECK_NOTHROW(check_chunk(chunk));
    }
  }
}

TEST_CASE("a chunk is compressed where it pays") {
  const auto codec = plain_codec();
  StoredChunk text{.id = id_of(*codec, lines(100))}, random{.id = id_of(*codec, noise(5000, 1))};
  CHECK(codec->seal_chunk(text, as_bytes(lines(100))).size() < 100);
  CHECK((text.flags & kZstd) != 0);
  CHECK(codec->seal_chunk(random, as_bytes(noise(5000, 1))) == noise(5000, 1));
  CHECK((random.flags & kZstd) == 0);
}

TEST_CASE("a damaged, cut or wrongly described chunk is an error") {
  for (const auto& codec : both_codecs()) {
    for (const std::string& raw : {noise(300, 7), lines(50)}) {
      StoredChunk chunk{.id = id_of(*codec, raw)};
      const std::string stored = codec->seal_chunk(chunk, as_bytes(raw));
      for (size_t at = 0; at < stored.size(); ++at) {
        CHECK(refused_or(raw, [&] { return codec->open_chunk(chunk, flipped(stored, at)); }));
      }
      for (size_t size = 0; size < stored.size(); ++size) {
        CHECK_THROWS_AS(codec->open_chunk(chunk, stored.substr(0, size)), Error);
        StoredChunk shorter = chunk;
        shorter.stored = static_cast<uint32_t>(size);
        CHECK_THROWS_AS(codec->open_chunk(shorter, stored.substr(0, size)), Error);
      }
      for (const uint32_t raw_size : {0U, chunk.raw - 1, chunk.raw + 1, uint32_t{UINT32_MAX}}) {
        StoredChunk other = chunk;
        other.raw = raw_size;
        CHECK_THROWS_AS(codec->open_chunk(other, stored), Error);
      }
      for (const uint32_t flag : {uint32_t{kZstd}, uint32_t{kSealed}, 8U}) {
        StoredChunk other = chunk;
        other.flags ^= flag;
        CHECK_THROWS_AS(codec->open_chunk(other, stored), Error);
      }
    }
  }
}

TEST_CASE("a chunk put in the place of another is an error") {
  for (const auto& codec : both_codecs()) {
    const std::string a = noise(500, 1), b = noise(500, 2);
    StoredChunk chunk_a{.id = id_of(*codec, a)}, chunk_b{.id = id_of(*codec, b)};
    const std::string stored_a = codec->seal_chunk(chunk_a, as_bytes(a));
    codec->seal_chunk(chunk_b, as_bytes(b));
    chunk_b.stored = chunk_a.stored;
    CHECK_THAT(message_of([&] { codec->open_chunk(chunk_b, stored_a); }),
               Contains("chunk " + chunk_b.id.brief()));
  }
  const auto sealed = sealed_codec(fixed_key());
  StoredChunk chunk{.id = id_of(*sealed, "x")};
  const std::string stored = sealed->seal_chunk(chunk, as_bytes("x"));
  chunk.flags |= kWhole;
  CHECK_THAT(message_of([&] { sealed->open_chunk(chunk, stored); }),
             Contains("cannot be decrypted"));
}

TEST_CASE("another key opens nothing, and no codec takes what the other wrote") {
  const auto codecs = both_codecs();
  const auto other = sealed_codec(new_repository_key());
  StoredChunk plain{.id = id_of(*codecs[0], "text")}, sealed{.id = id_of(*codecs[1], "text")};
  const std::string plain_bytes = codecs[0]->seal_chunk(plain, as_bytes("text"));
  const std::string sealed_bytes = codecs[1]->seal_chunk(sealed, as_bytes("text"));
  CHECK_THAT(message_of([&] { other->open_chunk(sealed, sealed_bytes); }), Contains("another key"));
  CHECK_THAT(message_of([&] { codecs[1]->open_chunk(plain, plain_bytes); }),
             Contains("is not encrypted"));
  CHECK_THAT(message_of([&] { codecs[0]->open_chunk(sealed, sealed_bytes); }),
             Contains("is encrypted"));
  const std::string plain_file = codecs[0]->seal_file("index/1", "text");
  const std::string sealed_file = codecs[1]->seal_file("index/1", "text");
  CHECK_THAT(message_of([&] { other->open_file("index/1", sealed_file); }),
             Contains("another key"));
  CHECK_THAT(message_of([&] { codecs[1]->open_file("index/1", plain_file); }),
             Contains("is not encrypted"));
  CHECK_THAT(message_of([&] { codecs[0]->open_file("index/1", sealed_file); }),
             Contains("is encrypted"));
}

TEST_CASE("a whole file comes back under its name only, and not damaged") {
  for (const auto& codec : both_codecs()) {
    for (const std::string& text : {std::string(), lines(1), lines(500), noise(70'000, 5)}) {
      CHECK(codec->open_file("manifests/1", codec->seal_file("manifests/1", text)) == text);
    }
    const std::string text = noise(200, 6), file = codec->seal_file("manifests/1", text);
    for (size_t at = 0; at < file.size(); ++at) {
      CHECK(refused_or(text, [&] { return codec->open_file("manifests/1", flipped(file, at)); }));
      CHECK_THROWS_AS(codec->open_file("manifests/1", file.substr(0, at)), Error);
    }
    CHECK_THROWS_AS(codec->open_file("manifests/1", file + '\0'), Error);
  }
  const auto sealed = sealed_codec(fixed_key());
  const std::string file = sealed->seal_file("manifests/1", "text");
  CHECK_THAT(message_of([&] { sealed->open_file("manifests/2", file); }),
             Contains("file 'manifests/2': it cannot be decrypted"));
}

TEST_CASE("nothing in an encrypted remote repeats, and names and cuts depend on the key") {
  const auto codec = sealed_codec(fixed_key()), other = sealed_codec(new_repository_key());
  StoredChunk chunk{.id = id_of(*codec, "x")};
  CHECK(codec->seal_chunk(chunk, as_bytes("x")) != codec->seal_chunk(chunk, as_bytes("x")));
  CHECK(codec->seal_file("a", "x") != codec->seal_file("a", "x"));
  CHECK(codec->id_of(sha256("x")) != sha256("x"));
  CHECK(codec->id_of(sha256("x")) != other->id_of(sha256("x")));
  CHECK(codec->manifest_name("commit 1") != other->manifest_name("commit 1"));
  CHECK(codec->manifest_name("commit 1") != codec->manifest_name("commit 2"));
  CHECK(codec->gear() != other->gear());
  CHECK(plain_codec()->manifest_name("commit 1") == "manifests/" + sha256("commit 1").hex());
}

// Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs",
// algorithm 1, worked by hand; small sizes are one class here.
TEST_CASE("sizes are padded to Padme's classes") {
  CHECK(padded_size(0) == 64);
  CHECK(padded_size(64) == 64);
  CHECK(padded_size(65) == 72);
  CHECK(padded_size(129) == 144);
  CHECK(padded_size(1000) == 1024);
  CHECK(padded_size(65'537) == 67'584);
  CHECK(padded_size(1 << 20) == 1 << 20);
  for (uint64_t size = 65; size < 300'000; size += 61) {
    CHECK(padded_size(size) >= size);
    CHECK(padded_size(size) <= size + size / 8);
    CHECK(padded_size(padded_size(size)) == padded_size(size));
  }
  const auto codec = sealed_codec(fixed_key());
  StoredChunk a{.id = id_of(*codec, noise(1000, 1))}, b{.id = id_of(*codec, noise(1020, 2))};
  CHECK(codec->seal_chunk(a, as_bytes(noise(1000, 1))).size() == 1024 + 28);
  CHECK(codec->seal_chunk(b, as_bytes(noise(1020, 2))).size() == 1024 + 28);
}

TEST_CASE("a chunk above the limit is not stored") {
  const auto codec = plain_codec();
  const std::string raw(kMostChunk + 1, 'x');
  StoredChunk chunk;
  CHECK_THAT(message_of([&] { codec->seal_chunk(chunk, as_bytes(raw)); }), Contains("too large"));
}
