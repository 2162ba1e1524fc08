#include "store/pack.hpp"

#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

TEST_CASE_METHOD(StoreFixture, "pack and index have the bytes of the golden files") {
  Batch batch(store);
  batch.add("");
  batch.add("hello\n");
  batch.add("abc");
  batch.commit();
  auto packs = store.packs().all();
  REQUIRE(packs.size() == 1);
  check_golden("three.pack", read_file(packs[0]->pack_file()));
  check_golden("three.idx", read_file(packs[0]->index_file()));
  std::string index = read_file(packs[0]->index_file());
  CHECK(packs[0]->name() == sha256(index.substr(0, 24 + 3 * 48)).hex());
}

TEST_CASE_METHOD(StoreFixture, "a golden pack is read back") {
  for (const char* suffix : {".pack", ".idx"}) {
    std::string bytes = read_file(std::string(MLO_TEST_DATA) + "/three" + suffix);
    std::string index = read_file(std::string(MLO_TEST_DATA) + "/three.idx");
    std::string name = sha256(index.substr(0, index.size() - 32)).hex();
    dir.write("store/packs/" + name + suffix, bytes);
  }
  CHECK(store.read(sha256("hello\n")) == "hello\n");
  CHECK(store.read(sha256("")).empty());
  CHECK(store.read(sha256("abc")) == "abc");
}

TEST_CASE("lookups in an index find every digest and no other") {
  std::vector<PackEntry> entries;
  uint64_t offset = kPackHeader;
  for (int i = 0; i < 1000; ++i) {
    entries.push_back({sha256("entry " + std::to_string(i)), offset + kRecordHeader, 7});
    offset += kRecordHeader + 7;
  }
  test::TempDir dir;
  dir.write("x.idx", encode_index(entries, offset));
  Pack pack(dir.path(), "x");
  CHECK(pack.size() == 1000);
  for (const PackEntry& entry : entries) {
    auto found = pack.find(entry.digest);
    REQUIRE(found);
    CHECK(found->offset == entry.offset);
  }
  CHECK_FALSE(pack.find(sha256("other")));
  CHECK_FALSE(pack.find(Digest{}));
}

TEST_CASE("malformed indexes are refused") {
  test::TempDir dir;
  std::string good = encode_index({{sha256("x"), kPackHeader + kRecordHeader, 1}}, 45);
  auto refused = [&](const std::string& bytes) {
    dir.write("x.idx", bytes);
    return error_of([&] { Pack(dir.path(), "x").entry(0); });
  };
  CHECK_THAT(refused(""), Contains("cut off"));
  CHECK_THAT(refused(good.substr(0, good.size() - 1)), Contains("does not fit"));
  CHECK_THAT(refused("X" + good.substr(1)), Contains("no index"));
  std::string newer = good;
  newer[7] = 2;
  CHECK_THAT(refused(newer), Contains("newer format"));
  std::string many = good;
  many[15] = '\x7f';  // a count near 2^63
  CHECK_THAT(refused(many), Contains("does not fit"));
  std::string outside = good;
  outside[24 + 32] = '\x7f';
  CHECK_THAT(refused(outside), Contains("outside the pack"));
}

TEST_CASE("a pack whose last record is cut off is refused") {
  std::string pack = pack_magic();
  append_record_header(pack, sha256("hello"), 5);
  pack += "hello";
  size_t records = 0;
  scan_pack(as_bytes(pack), "p", [&](const PackEntry& entry) {
    CHECK(entry.size == 5);
    ++records;
  });
  CHECK(records == 1);
  for (size_t cut = kPackHeader + 1; cut < pack.size(); ++cut) {
    CHECK_THROWS_AS(scan_pack(as_bytes(pack.substr(0, cut)), "p", [](const PackEntry&) {}), Error);
  }
}

TEST_CASE_METHOD(StoreFixture, "packs of other processes are found") {
  ObjectStore other = ObjectStore::open(os.env, store.path());
  CHECK_FALSE(store.contains(sha256("late")));
  Batch batch(other);
  batch.add("late");
  batch.commit();
  CHECK(store.contains(sha256("late")));
}
