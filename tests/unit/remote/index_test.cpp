#include "remote/index.hpp"

#include "format_fixture.hpp"

using namespace mlo;
using namespace mlo::remote;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

std::string index_of(uint8_t number) {
  return "index/" + sha256(std::string(1, static_cast<char>(number))).hex();
}

/// A pack's description without the pack.
IndexContent::PackChunks described(const std::string& name, size_t count) {
  IndexContent::PackChunks pack{sha256(name), {}};
  uint32_t offset = 8;
  for (size_t i = 0; i < count; ++i) {
    pack.chunks.push_back({sha256(name + std::to_string(i)), offset, 100, 100, kWhole});
    offset += 100;
  }
  return pack;
}

IndexContent sample() {
  IndexContent content;
  content.packs = {described("b", 5), described("a", 3)};
  content.objects = {
      {sha256("big"), 500, {{sha256("a"), 0, 1}, {sha256("a"), 1, 1}, {sha256("b"), 2, 3}}},
      {sha256("partly elsewhere"), 900, {{sha256("c"), 7, 2}, {sha256("a"), 0, 3}}}};
  content.superseded = {index_of(1), index_of(2), index_of(1)};
  return content;
}

IndexSet set_of(const std::vector<IndexContent>& contents) {
  const auto codec = plain_codec();
  IndexSet set;
  for (const IndexContent& content : contents) {
    const std::string bytes = encode_index(content);
    set.add(index_name(*codec, bytes), bytes);
  }
  return set;
}

std::string put_u64(std::string bytes, size_t at, uint64_t value) {
  std::memcpy(bytes.data() + at, &value, 8);
  return bytes;
}

}  // namespace

TEST_CASE("an index has one encoding and is read back") {
  const IndexContent content = sample();
  const std::string bytes = encode_index(content);
  const IndexContent read = parse_index(bytes, "i");
  CHECK(encode_index(read) == bytes);
  CHECK(read.superseded.size() == 2);
  REQUIRE(read.packs.size() == 2);
  CHECK(std::is_sorted(read.packs.begin(), read.packs.end(),
                       [](const auto& a, const auto& b) { return a.name < b.name; }));
  for (const auto& pack : content.packs) {
    const auto same = std::ranges::find(read.packs, pack.name, &IndexContent::PackChunks::name);
    REQUIRE(same != read.packs.end());
    CHECK(same->chunks == pack.chunks);
  }
  const auto big = std::ranges::find(read.objects, sha256("big"), &CutObject::digest);
  REQUIRE(big != read.objects.end());
  CHECK(big->size == 500);
  REQUIRE(big->runs.size() == 2);  // neighbours are joined
  CHECK(big->runs[0].count == 2);
  CHECK(encode_index({}).size() == 48);
  CHECK(encode_index(parse_index(encode_index({}), "i")) == encode_index({}));
}

TEST_CASE("every chunk and object is found in a set of indexes, and no other") {
  IndexContent first, second;
  first.packs = {described("a", 1000), described("b", 1)};
  second.packs = {described("c", 3)};
  second.objects = {{sha256("big"), 300, {{sha256("a"), 998, 2}, {sha256("c"), 1, 1}}}};
  const IndexSet set = set_of({first, second});
  for (const auto& content : {first, second}) {
    for (const auto& pack : content.packs) {
      for (size_t i = 0; i < pack.chunks.size(); ++i) {
        const auto place = set.find_chunk(pack.chunks[i].id);
        REQUIRE(place);
        CHECK(place->pack == pack.name);
        CHECK(place->ordinal == i);
        CHECK(place->chunk == pack.chunks[i]);
      }
      CHECK(set.chunks_of(pack.name) == pack.chunks);
    }
  }
  CHECK_FALSE(set.find_chunk(sha256("other")));
  CHECK_FALSE(set.find_chunk(Digest{}));
  CHECK(set.chunks_of(sha256("z")).empty());
  CHECK(set.packs().size() == 3);
  REQUIRE(set.find_object(sha256("big")));
  CHECK(set.find_object(sha256("big"))->runs.size() == 2);
  CHECK_FALSE(set.find_object(sha256("c0")));
  CHECK_FALSE(IndexSet().find_chunk(sha256("a0")));
}

TEST_CASE("an object with a run in a pack that no index describes is not found") {
  IndexContent content;
  content.packs = {described("a", 3)};
  content.objects = {{sha256("big"), 400, {{sha256("a"), 0, 3}, {sha256("gone"), 0, 1}}}};
  CHECK_FALSE(set_of({content}).find_object(sha256("big")));
  IndexContent gone;
  gone.packs = {described("gone", 1)};
  CHECK(set_of({content, gone}).find_object(sha256("big")));
}

TEST_CASE("a superseded index is not looked into, whatever the order") {
  const auto codec = plain_codec();
  IndexContent old;
  old.packs = {described("deleted", 2), described("kept", 2)};
  const std::string old_bytes = encode_index(old), old_name = index_name(*codec, old_bytes);
  IndexContent fresh;
  fresh.packs = {described("kept", 2)};
  fresh.superseded = {old_name};
  const std::string fresh_bytes = encode_index(fresh);
  for (const bool old_first : {true, false}) {
    IndexSet set;
    if (old_first) set.add(old_name, old_bytes);
    set.add(index_name(*codec, fresh_bytes), fresh_bytes);
    if (!old_first) set.add(old_name, old_bytes);
    CHECK_FALSE(set.find_chunk(sha256("deleted0")));
    CHECK(set.find_chunk(sha256("kept0")));
    CHECK(set.packs() == std::vector{sha256("kept")});
    CHECK(set.has(old_name));
    CHECK(set.names().size() == 2);
  }
}

TEST_CASE("indexes merge into one that says the same") {
  IndexContent first, second;
  first.packs = {described("a", 4), described("b", 4)};
  first.objects = {{sha256("in a and b"), 400, {{sha256("a"), 0, 2}, {sha256("b"), 0, 2}}}};
  second.packs = {described("c", 4), described("a", 4)};
  second.objects = {{sha256("in a and c"), 300, {{sha256("a"), 2, 2}, {sha256("c"), 0, 1}}},
                    {sha256("in d"), 100, {{sha256("d"), 0, 1}}}};
  const IndexSet set = set_of({first, second});
  const IndexContent all = set.merged([](const Digest&) { return true; });
  CHECK(all.superseded == set.names());
  CHECK(all.packs.size() == 3);
  CHECK(all.objects.size() == 3);
  const IndexSet merged = set_of({all});
  CHECK(merged.find_object(sha256("in a and b")));
  CHECK(merged.find_chunk(sha256("c3"))->pack == sha256("c"));

  const IndexContent some =
      set.merged([](const Digest& pack) { return pack != sha256("b") && pack != sha256("d"); });
  CHECK(some.packs.size() == 2);
  REQUIRE(some.objects.size() == 1);
  CHECK(some.objects[0].digest == sha256("in a and c"));
}

// The index of a later push names the packs of an earlier one; only small indexes are merged.
TEST_CASE("merging some indexes keeps objects in packs that the others describe") {
  IndexContent large, small, smallest;
  large.packs = {described("a", 50)};
  small.packs = {described("b", 2)};
  small.objects = {{sha256("in a and b"), 400, {{sha256("a"), 7, 3}, {sha256("b"), 0, 1}}}};
  smallest.packs = {described("c", 1)};
  const IndexContent merged = set_of({small, smallest}).merged([](const Digest&) { return true; });
  REQUIRE(merged.objects.size() == 1);
  CHECK_FALSE(set_of({merged}).find_object(sha256("in a and b")));
  const auto found = set_of({large, small, smallest, merged}).find_object(sha256("in a and b"));
  REQUIRE(found);
  CHECK(found->runs.size() == 2);
}

TEST_CASE("the same chunk in two packs is found in one of them") {
  IndexContent content;
  content.packs = {described("a", 3), described("b", 3)};
  content.packs[1].chunks[1].id = content.packs[0].chunks[2].id;
  const std::string bytes = encode_index(content);
  CHECK(encode_index(parse_index(bytes, "i")) == bytes);
  CHECK(set_of({content}).find_chunk(content.packs[0].chunks[2].id));
}

TEST_CASE("an index is sealed under the name of its content") {
  for (const auto& codec : both_codecs()) {
    const std::string bytes = encode_index(sample()), other = encode_index({});
    const std::string name = index_name(*codec, bytes);
    const std::string sealed = codec->seal_file(name, bytes);
    CHECK(open_index(*codec, name, sealed) == bytes);
    const std::string other_name = index_name(*codec, other);
    CHECK_THAT(message_of([&] { open_index(*codec, other_name, sealed); }), Contains(other_name));
    for (size_t at = 0; at < sealed.size(); at += 3) {
      CHECK_THROWS_AS(open_index(*codec, name, flipped(sealed, at)), Error);
      CHECK_THROWS_AS(open_index(*codec, name, sealed.substr(0, at)), Error);
    }
  }
  CHECK(index_name(*plain_codec(), "x") == "index/" + sha256("x").hex());
}

TEST_CASE("a malformed index is refused, and a cut one at every byte") {
  const std::string good = encode_index(sample());
  const auto refused = [](const std::string& bytes) {
    return message_of([&] { parse_index(bytes, "index/x"); });
  };
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK_THROWS_AS(parse_index(good.substr(0, size), "x"), Error);
  }
  CHECK_THAT(refused(good + "x"), Contains("index 'index/x': ") && Contains("does not fit"));
  CHECK_THAT(refused("X" + good.substr(1)), Contains("no index"));
  std::string newer = good;
  newer[7] = 2;
  CHECK_THAT(refused(newer), Contains("newer format"));
  for (const size_t at : {8, 16, 24, 32, 40}) {
    for (const uint64_t count : {UINT64_MAX, uint64_t{1} << 60, uint64_t{1} << 32, uint64_t{0}}) {
      CHECK_THROWS_AS(parse_index(put_u64(good, at, count), "x"), Error);
    }
  }
  // 2 superseded, 3 packs, 8 chunks, 2 objects, 4 runs.
  const size_t superseded = 48, packs = superseded + 64, chunks = packs + 3 * 48,
               order = chunks + 8 * 48, objects = order + 8 * 4, runs = objects + 2 * 56;
  REQUIRE(good.size() == runs + 4 * 12);
  const auto swapped = [&](size_t at, size_t width) {
    return good.substr(0, at) + good.substr(at + width, width) + good.substr(at, width) +
           good.substr(at + 2 * width);
  };
  CHECK_THAT(refused(swapped(superseded, 32)), Contains("superseded"));
  CHECK_THAT(refused(swapped(packs, 48)), Contains("pack"));
  CHECK_THAT(refused(swapped(chunks, 48)), Contains("does not begin"));
  CHECK_THAT(refused(swapped(order, 4)), Contains("chunks are not in order"));
  std::string twice = good;
  twice.replace(objects, 32, good.substr(objects + 56, 32));
  CHECK_THAT(refused(twice), Contains("objects are not in order"));
  CHECK_THAT(refused(put_u64(good, packs + 32, 1)), Contains("outside the table"));
  CHECK_THAT(refused(put_u64(good, objects + 40, 1)), Contains("outside the table"));
  CHECK_THAT(refused(put_u64(good, objects + 32, 1)), Contains("size is not that"));
  CHECK_THAT(refused(put_u64(good, runs, 9)), Contains("run is malformed"));
  std::string flag = good;
  flag[chunks + 44] = 64;
  CHECK_THAT(refused(flag), Contains("newer format"));
  std::string number = good;
  number[order + 3] = 1;
  CHECK_THAT(refused(number), Contains("outside the table"));
  std::string repeated = good;
  repeated.replace(order + 4, 4, good.substr(order, 4));
  CHECK_THAT(refused(repeated), Contains("not in order"));
  CHECK_THROWS_AS(encode_index({.superseded = {"packs/../x"}, .packs = {}, .objects = {}}), Error);
}
