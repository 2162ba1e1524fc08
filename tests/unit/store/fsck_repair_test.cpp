// What fsck remembers, samples, sets aside, rebuilds and fetches.
#include <algorithm>

#include "base/text.hpp"
#include "store/fsck.hpp"
#include "store/gc.hpp"
#include "store/pack.hpp"
#include "store/tree.hpp"
#include "store/verified.hpp"
#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

const std::string kLarge(kLooseSize + 7, 'x');

class Expect final : public Checker {
 public:
  void check(Env&, FsckSink& sink) override {
    for (const Root& root : roots) sink.expect(root);
  }
  std::vector<Root> roots;
};

/// A remote that has the contents it was given.
class Remote final : public ObjectSource {
 public:
  std::vector<Digest> fetch(Env&, ObjectStore& store, std::span<const Digest> wanted) override {
    std::vector<Digest> came;
    Batch batch(store);
    for (const std::string& content : contents) {
      if (std::find(wanted.begin(), wanted.end(), sha256(content)) == wanted.end()) continue;
      came.push_back(batch.add(content));
    }
    batch.commit();
    return came;
  }
  std::vector<std::string> contents;
};

struct RepairFixture : StoreFixture {
  Expect checker;
  Remote remote;
  FsckReport report(FsckOptions options = {}) {
    ObjectStore fresh = ObjectStore::open(os.env, store.path());
    Checker* list[] = {&checker};
    return fsck(os.env, fresh, list, options);
  }
  FsckReport repaired() { return report({.repair = true, .sources = {&remote}}); }
  void expect(const Digest& digest, RootKind kind = RootKind::blob) {
    checker.roots.push_back({digest, kind, "data.mlo"});
  }
  std::string pack_file() {
    return ObjectStore::open(os.env, store.path()).packs().all().at(0)->pack_file();
  }
  /// Changes one byte of the large object behind the record's back, as a failing disk does.
  void rot(const std::string& file) {
    corrupt(file, 1000);
    Verified verified;
    verified.add(sha256(kLarge), *stat_of(file), os.clock.now());
    verified.save(os.env, store.path());
  }
};

}  // namespace

TEST_CASE_METHOD(RepairFixture, "an incremental fsck reads what changed since the last one") {
  put("small");
  Digest large = put(kLarge);
  os.clock.advance(10 * kSecond);
  CHECK(report({.incremental = true}).read_objects == 2);
  FsckReport second = report({.incremental = true});
  CHECK(second.clean());
  CHECK(second.objects == 2);
  CHECK(second.read_objects == 0);
  CHECK(second.oldest_verified == os.clock.now());
  put("another");
  CHECK(report({.incremental = true}).read_objects == 1);
  store.freshen(large);
  CHECK(report({.incremental = true}).read_bytes >= kLarge.size());
  CHECK(report().read_objects == 3);
  SECTION("a record of long ago counts no more") {
    report({.incremental = true});
    os.clock.advance(31 * test::kDay);
    CHECK(report({.incremental = true}).read_objects == 3);
  }
  SECTION("a damaged record is no record") {
    corrupt(dir / "store/verified", 40);
    CHECK(report({.incremental = true}).read_objects == 3);
  }
}

TEST_CASE_METHOD(RepairFixture, "what changed within the last second is not remembered") {
  put("small");
  report({.incremental = true});
  CHECK(report({.incremental = true}).read_objects == 1);
}

TEST_CASE_METHOD(RepairFixture, "only --all finds a bit that rotted behind the record") {
  Digest large = put(kLarge);
  os.clock.advance(10 * kSecond);
  rot(*store.loose_path(large));
  CHECK(report({.incremental = true}).clean());
  CHECK_FALSE(report().clean());
  // Found once, it is no longer believed.
  CHECK_FALSE(report({.incremental = true}).clean());
}

TEST_CASE_METHOD(RepairFixture, "the record of what was verified has its format") {
  std::vector<VerifiedEntry> entries = {{sha256("b"), 5, -6, 7, 8, 9, 10},
                                        {sha256("a"), 1, 2, 3, 4, 5, 6}};
  std::string bytes = encode_verified(entries);
  check_golden("verified.bin", bytes);
  CHECK(parse_verified(bytes) == entries);
  for (size_t i = 0; i < bytes.size(); ++i) {
    std::string wrong = bytes;
    wrong[i] = static_cast<char>(wrong[i] ^ 4);
    CHECK(parse_verified(wrong).empty());
    CHECK(parse_verified(bytes.substr(0, i)).empty());
  }
}

TEST_CASE_METHOD(RepairFixture, "a sample reads its share") {
  Batch batch(store);
  for (int i = 0; i < 2000; ++i) batch.add("object " + std::to_string(i));
  batch.commit();
  FsckReport sampled = report({.sample = 0.1});
  CHECK(sampled.clean());
  CHECK(sampled.objects == 2000);
  // Far outside of these borders once in 10^20 runs.
  CHECK(sampled.read_objects > 60);
  CHECK(sampled.read_objects < 350);
  CHECK(report({.sample = 1.0}).read_objects == 2000);
  corrupt(pack_file(), kPackHeader + kRecordHeader);
  CHECK_FALSE(report({.sample = 1.0}).clean());
}

TEST_CASE_METHOD(RepairFixture, "repair sets a damaged loose object aside and fetches it again") {
  Digest large = put(kLarge);
  expect(large);
  std::string file = *store.loose_path(large);
  corrupt(file, 99);
  SECTION("no remote has it") {
    FsckReport found = repaired();
    CHECK(found.mended.size() == 1);
    REQUIRE(found.problems.size() == 1);
    CHECK(found.problems[0].kind == "missing");
    CHECK_FALSE(exists(file));
  }
  SECTION("a remote has it") {
    remote.contents = {kLarge};
    FsckReport found = repaired();
    CHECK(found.clean());
    CHECK(found.fetched == 1);
    CHECK(store.read(large) == kLarge);
  }
  std::vector<std::string> ids = names_in(dir / "store/bad");
  REQUIRE(ids.size() == 1);
  CHECK(read_file(dir / "store/bad/" + ids[0] + "/" + loose_name(large)).size() == kLarge.size());
  os.clock.advance(100 * test::kDay);
  gc(os.env, store, {}, {.empty_trash = true, .missing_ok = true});
  CHECK(names_in(dir / "store/bad") == ids);
}

TEST_CASE_METHOD(RepairFixture, "repair keeps what is sound of a damaged pack") {
  Batch batch(store);
  Digest first = batch.add("first"), second = batch.add("second"), third = batch.add("third");
  batch.commit();
  for (const Digest& digest : {first, second, third}) expect(digest);
  std::string pack = pack_file();
  std::string index = pack.substr(0, pack.size() - 5) + ".idx";
  size_t lost = 0;
  SECTION("a byte of an object") {
    corrupt(pack, kPackHeader + kRecordHeader + 1);
    lost = 1;
  }
  SECTION("a size in a header, which hides what follows from a scan") {
    corrupt(pack, kPackHeader + 32 + 3);
  }
  SECTION("the pack is cut off") {
    std::string bytes = read_file(pack);
    overwrite(pack, bytes.substr(0, bytes.size() - 2));
    lost = 1;
  }
  SECTION("a byte of the index") { corrupt(index, kIndexHeader + 5); }
  SECTION("the head of the index") { corrupt(index, 3); }
  SECTION("no index") { posix_files().unlink(index); }
  SECTION("no pack") {
    posix_files().unlink(pack);
    lost = 3;
  }
  FsckReport found = repaired();
  CHECK(found.problems.size() == lost);
  CHECK(found.salvaged == 3 - lost);
  FsckReport again = report();
  CHECK(again.problems.size() == lost);
  for (const FsckProblem& problem : again.problems) CHECK(problem.kind == "missing");
  remote.contents = {"first", "second", "third"};
  CHECK(repaired().clean());
  CHECK(report().clean());
  ObjectStore after = ObjectStore::open(os.env, store.path());
  for (const Digest& digest : {first, second, third}) CHECK(sha256(after.read(digest)) == digest);
}

TEST_CASE_METHOD(RepairFixture, "a tree that comes back brings what it names") {
  std::vector<TreeEntry> leaf = {{kFileMode, sha256("leaf"), 4, 1, "leaf"}};
  std::string inner_bytes = encode_tree(leaf);
  std::vector<TreeEntry> inner = {{kDirectoryMode, sha256(inner_bytes), 4, 1, "inner"}};
  std::string outer_bytes = encode_tree(inner);
  remote.contents = {inner_bytes, outer_bytes, "leaf"};
  expect(sha256(outer_bytes), RootKind::tree);
  FsckReport found = repaired();
  CHECK(found.clean());
  CHECK(found.fetched == 3);
  CHECK(found.trees == 2);
}

TEST_CASE_METHOD(RepairFixture,
                 "size and number of files of a pointer are compared with the object") {
  Batch batch(store);
  Digest blob = batch.add("four");
  TreeEntry tree = write_tree(batch, {{kFileMode, blob, 4, 1, "a"}, {kFileMode, blob, 4, 1, "b"}});
  batch.commit();
  Root root{tree.digest, RootKind::tree, "dir.mlo"};
  root.size = 8;
  root.files = 2;
  checker.roots = {root};
  CHECK(report().clean());
  checker.roots[0].size = 9;
  checker.roots[0].files = 3;
  FsckReport found = report();
  REQUIRE(found.problems.size() == 2);
  CHECK(found.problems[0].object == "dir.mlo");
  CHECK_THAT(found.problems[1].detail, Contains("size is 9"));
  Root file{blob, RootKind::blob, "x.mlo"};
  file.size = 5;
  checker.roots = {file};
  CHECK(report().problems.size() == 1);
}
