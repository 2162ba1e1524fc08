#include "store/object_store.hpp"

#include <fcntl.h>
#include <unistd.h>

#include "store/pack.hpp"
#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

const std::string kLarge(kLooseSize, 'L');

}  // namespace

TEST_CASE_METHOD(StoreFixture, "a store has the layout of the design") {
  CHECK(dir.read("store/format") == "mlo-store 1\nhash sha256\n");
  for (const char* name : {"loose", "packs", "tmp", "trash", "leases", "workspaces"}) {
    CHECK(is_directory(dir / ("store/" + std::string(name))));
  }
  Digest large = put(kLarge);
  std::string file =
      dir / ("store/loose/" + large.hex().substr(0, 2) + "/" + large.hex().substr(2));
  CHECK(read_file(file) == kLarge);
  CHECK((stat_of(file)->st_mode & 0777 & ~0444) == 0);
}

TEST_CASE("opening what is no store says so") {
  test::TempDir dir;
  test::TestEnv os;
  CHECK_THAT(error_of([&] { ObjectStore::open(os.env, dir / "none"); }), Contains("no store"));
  dir.write("new/format", "mlo-store 2\nhash blake3\n");
  CHECK_THAT(error_of([&] { ObjectStore::open(os.env, dir / "new"); }), Contains("newer format"));
  dir.write("bad/format",
            "\x7f"
            "ELF");
  CHECK_THAT(error_of([&] { ObjectStore::open(os.env, dir / "bad", OpenStore::create); }),
             Contains("not the format file"));
}

TEST_CASE_METHOD(StoreFixture, "objects come back whole at every size around the border") {
  for (size_t size : {size_t{0}, size_t{1}, kLooseSize - 1, kLooseSize, kLooseSize + 1}) {
    std::string bytes(size, 'b');
    Digest digest = put(bytes);
    CHECK(store.read(digest) == bytes);
    CHECK(store.size_of(digest) == size);
    CHECK(store.view(digest).text() == bytes);
    auto stat = store.stat(digest);
    REQUIRE(stat);
    CHECK(stat->residence == (size < kLooseSize ? Residence::pack : Residence::loose));
    CHECK(store.loose_path(digest).has_value() == (size >= kLooseSize));
  }
}

TEST_CASE_METHOD(StoreFixture, "missing and damaged objects are errors") {
  Digest absent = sha256("absent");
  CHECK_THAT(error_of([&] { store.read(absent); }), Contains("not in the store"));
  CHECK_THAT(error_of([&] { store.size_of(absent); }), Contains(absent.brief()));
  Digest large = put(kLarge), small = put("small");
  corrupt(*store.loose_path(large), 77);
  CHECK_THAT(error_of([&] { store.read(large); }), Contains("damaged"));
  CHECK_THAT(error_of([&] { store.view(large); }), Contains(*store.loose_path(large)));
  std::string pack = store.packs().all()[0]->pack_file();
  corrupt(pack, kPackHeader + kRecordHeader);
  ObjectStore again = ObjectStore::open(os.env, store.path());
  CHECK_THAT(error_of([&] { again.read(small); }), Contains("damaged"));
  CHECK_THAT(error_of([&] { again.read(put("0123456789"), 9); }), Contains("larger than"));
}

TEST_CASE_METHOD(StoreFixture, "copy_to writes to a descriptor and notices damage") {
  Digest large = put(kLarge);
  Descriptor out = posix_files().create(dir / "out", Create::exclusive, 0644);
  store.copy_to(large, out.get());
  CHECK(dir.read("out") == kLarge);
  corrupt(*store.loose_path(large), 5);
  CHECK_THROWS_AS(store.copy_to(large, out.get()), Error);
}

TEST_CASE_METHOD(StoreFixture, "place copies and links") {
  Digest large = put(kLarge), small = put("small");
  std::vector<LinkKind> usual = {LinkKind::reflink, LinkKind::copy};
  LinkKind how = store.place(large, dir / "a", 0644, usual);
  CHECK((how == LinkKind::reflink || how == LinkKind::copy));
  CHECK(dir.read("a") == kLarge);
  CHECK(store.place(small, dir / "b", 0755, usual) == LinkKind::copy);
  CHECK(dir.read("b") == "small");
  CHECK((stat_of(dir / "b")->st_mode & 0100) != 0);
  std::vector<LinkKind> hard = {LinkKind::hardlink}, soft = {LinkKind::symlink};
  CHECK(store.place(large, dir / "c", 0644, hard) == LinkKind::hardlink);
  CHECK(stat_of(dir / "c")->st_ino == stat_of(*store.loose_path(large))->st_ino);
  CHECK(store.place(large, dir / "d", 0644, soft) == LinkKind::symlink);
  CHECK(dir.read("d") == kLarge);
  CHECK(store.place(small, dir / "e", 0644, hard) == LinkKind::copy);
  CHECK_THAT(error_of([&] { store.place(large, dir / "a", 0644, usual); }), Contains("exists"));
  CHECK(dir.read("a") == kLarge);
}

TEST_CASE_METHOD(StoreFixture,
                 "place leaves nothing behind when the object is damaged or missing") {
  Digest large = put(kLarge);
  corrupt(*store.loose_path(large), 9);
  std::vector<LinkKind> copy = {LinkKind::copy};
  CHECK_THAT(error_of([&] { store.place(large, dir / "x", 0644, copy); }), Contains("damaged"));
  CHECK_FALSE(exists(dir / "x"));
  CHECK_THAT(error_of([&] { store.place(sha256("no"), dir / "x", 0644, copy); }),
             Contains("not in the store"));
  CHECK_FALSE(exists(dir / "x"));
}

TEST_CASE_METHOD(StoreFixture, "prefixes resolve over packs and loose objects") {
  std::vector<Digest> all;
  Batch batch(store);
  for (int i = 0; i < 300; ++i) all.push_back(batch.add("object " + std::to_string(i)));
  all.push_back(batch.add(kLarge));
  batch.commit();
  for (const Digest& digest : all) {
    auto found = store.resolve_prefix(digest.hex().substr(0, 12));
    REQUIRE(found.size() == 1);
    CHECK(found[0] == digest);
    CHECK(store.resolve_prefix(digest.hex()).size() == 1);
  }
  CHECK(store.resolve_prefix("").size() == all.size());
  size_t by_digit = 0;
  for (char digit : std::string("0123456789abcdef")) {
    by_digit += store.resolve_prefix(std::string(1, digit)).size();
  }
  CHECK(by_digit == all.size());
  CHECK(store.resolve_prefix("xyz").empty());
  CHECK(store.resolve_prefix(all[0].hex() + "0").empty());
}

TEST_CASE_METHOD(StoreFixture, "for_each meets every object") {
  put("a");
  put(kLarge);
  put("b");
  std::vector<Digest> seen;
  store.for_each([&](const ObjectStat& stat) { seen.push_back(stat.digest); });
  CHECK(seen.size() == 3);
}

TEST_CASE_METHOD(StoreFixture, "workspaces register once and can be forgotten") {
  store.register_workspace("/home/a");
  store.register_workspace("/home/b");
  store.register_workspace("/home/a");
  CHECK(store.workspaces().size() == 2);
  store.forget_workspace("/home/a");
  CHECK(store.workspaces() == std::vector<std::string>{"/home/b"});
  CHECK_THAT(error_of([&] { store.forget_workspace("/home/a"); }), Contains("does not know"));
}

TEST_CASE_METHOD(StoreFixture, "waiting for the lock is bounded") {
  Batch batch(store);
  batch.add("x");
  store.set_lock_timeout(20'000'000);
  CHECK_THAT(error_of([&] { store.lock(LockKind::exclusive); }), Contains("in use"));
  batch.commit();
  store.lock(LockKind::exclusive);
}

TEST_CASE_METHOD(StoreFixture, "waiting for the lock ends when the user cancels") {
  FileLock held = store.lock(LockKind::exclusive);
  os.cancelled = true;
  try {
    store.lock(LockKind::shared);
    FAIL("not interrupted");
  } catch (const Error& error) {
    CHECK(error.code() == Exit::interrupted);
  }
}
