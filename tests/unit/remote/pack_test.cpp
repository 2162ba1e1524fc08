#include "remote/pack.hpp"

#include "format_fixture.hpp"

using namespace mlo;
using namespace mlo::remote;
using namespace mlo::test;
using Catch::Matchers::Contains;

TEST_CASE("a pack holds its chunks, and its table is read back from its bytes alone") {
  for (const auto& codec : both_codecs()) {
    const std::vector<std::string> contents = {"", "a", noise(9000, 1), std::string(9000, 'z')};
    const FinishedPack pack = pack_of(*codec, contents);
    CHECK(pack.name == sha256(pack.bytes));
    CHECK(pack_name(pack.name) ==
          "packs/" + pack.name.hex().substr(0, 2) + "/" + pack.name.hex().substr(2));
    REQUIRE(read_pack_table(*codec, pack.name, pack.bytes) == pack.chunks);
    REQUIRE(pack.chunks.size() == contents.size());
    for (size_t i = 0; i < contents.size(); ++i) {
      CHECK(codec->open_chunk(pack.chunks[i], stored_of(pack, i)) == contents[i]);
    }
  }
}

TEST_CASE("a builder is empty again after finish") {
  const auto codec = plain_codec();
  PackBuilder builder(*codec);
  CHECK(builder.empty());
  CHECK(builder.add(sha256("a"), as_bytes("a"), kWhole) == 0);
  CHECK(builder.add(sha256("b"), as_bytes("b"), kWhole) == 1);
  const FinishedPack first = builder.finish();
  CHECK(builder.empty());
  CHECK(builder.add(sha256("a"), as_bytes("a"), kWhole) == 0);
  const FinishedPack second = builder.finish();
  CHECK(first.chunks.size() == 2);
  CHECK(second.chunks.size() == 1);
  CHECK(second.bytes == pack_of(*codec, {"a"}).bytes);
}

TEST_CASE("a pack stays within its size, and an empty builder takes any chunk") {
  for (const auto& codec : both_codecs()) {
    for (const size_t size : {2'000'000, 1000}) {
      PackBuilder builder(*codec);
      CHECK_FALSE(builder.full_for(kMostChunk));
      const std::string raw = noise(size, 3);
      StoredChunk chunk{.id = id_of(*codec, raw)};
      const std::string stored = codec->seal_chunk(chunk, as_bytes(raw));
      while (!builder.full_for(size)) builder.add_sealed(chunk, stored);
      const FinishedPack pack = builder.finish();
      CHECK(pack.bytes.size() <= kPackSize);
      CHECK(pack.bytes.size() > kPackSize - 4'500'000);
    }
  }
}

TEST_CASE("a damaged, cut or swapped pack is an error") {
  for (const auto& codec : both_codecs()) {
    const FinishedPack pack = pack_of(*codec, {"one", noise(100, 2)});
    const FinishedPack other = pack_of(*codec, {"two", noise(100, 3)});
    CHECK_THAT(message_of([&] { read_pack_table(*codec, pack.name, other.bytes); }),
               Contains(pack_name(pack.name)) && Contains("its SHA-256 is not its name"));
    for (size_t at = 0; at < pack.bytes.size(); ++at) {
      CHECK_THROWS_AS(read_pack_table(*codec, pack.name, flipped(pack.bytes, at)), Error);
      const std::string cut = pack.bytes.substr(0, at);
      CHECK_THROWS_AS(read_pack_table(*codec, pack.name, cut), Error);
      CHECK_THROWS_AS(read_pack_table(*codec, sha256(cut), cut), Error);
    }
  }
}

TEST_CASE("a pack that lies under its digest, but was not written by us, is an error") {
  const auto codec = plain_codec();
  const FinishedPack pack = pack_of(*codec, {"one", noise(100, 2)});
  const auto refused = [&](const std::string& bytes) {
    return message_of([&] { read_pack_table(*codec, sha256(bytes), bytes); });
  };
  std::string newer = pack.bytes;
  newer[7] = 2;
  CHECK_THAT(refused(newer), Contains("newer format"));
  CHECK_THAT(refused("X" + pack.bytes.substr(1)), Contains("no pack"));
  std::string long_table = pack.bytes;
  long_table[long_table.size() - 5] = '\x7f';
  CHECK_THAT(refused(long_table), Contains("trailer"));
  // One more byte between the chunks and the table.
  std::string shifted = pack.bytes;
  shifted.insert(pack.chunks.back().offset + pack.chunks.back().stored, "x");
  CHECK_THAT(refused(shifted), Contains("does not fit"));
  // The table of one pack, sealed with the same key, behind the chunks of another.
  const auto sealed = sealed_codec(fixed_key());
  const FinishedPack a = pack_of(*sealed, {"one"}), b = pack_of(*sealed, {"two"});
  const size_t start = a.chunks[0].offset + a.chunks[0].stored;
  const std::string mixed = a.bytes.substr(0, start) + b.bytes.substr(start);
  const auto table = read_pack_table(*sealed, sha256(mixed), mixed);
  CHECK_THAT(message_of([&] { sealed->open_chunk(table[0], stored_of(a, 0)); }),
             Contains("cannot be decrypted"));
}
