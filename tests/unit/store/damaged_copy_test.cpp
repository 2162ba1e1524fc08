// Damage is healed by adding the sound content again, and a sound copy hides a damaged one.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "store/pack.hpp"
#include "store_fixture.hpp"
#include "support/faulty_files.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

const std::string kLarge(kLooseSize + 3, 'x');

/// A file system on which no file can be moved into the store.
class OtherDevice final : public test::FaultyFiles {
 public:
  OtherDevice() : FaultyFiles(posix_files(), test::Fault::none, 0) {}
  void rename(const At& from, const At& to) override {
    if (from.path.ends_with("/download")) throw system_error("cannot rename", EXDEV);
    FaultyFiles::rename(from, to);
  }
};

struct DamageFixture : StoreFixture {
  std::string pack_file() { return store.packs().all().at(0)->pack_file(); }
  ObjectStore reopened() { return ObjectStore::open(os.env, store.path()); }
  size_t packs() { return reopened().packs().all().size(); }
};

}  // namespace

TEST_CASE_METHOD(DamageFixture, "adding sound content replaces a damaged packed object") {
  Digest small = put("precious");
  corrupt(pack_file(), kPackHeader + kRecordHeader + 2);
  CHECK_THAT(error_of([&] { reopened().read(small); }), Contains("is damaged"));
  Batch batch(store);
  SECTION("the same pack again") {
    batch.add("precious");
    batch.commit();
    CHECK(packs() == 1);
  }
  SECTION("another pack beside it") {
    batch.add("other");
    batch.add("precious");
    batch.commit();
    CHECK(packs() == 2);
  }
  ObjectStore again = reopened();
  CHECK(again.read(small) == "precious");
  CHECK(again.view(small).text() == "precious");
  again.place(small, dir / "out", 0644, {});
  CHECK(dir.read("out") == "precious");
  Descriptor out = posix_files().create(dir / "streamed", Create::exclusive, 0644);
  again.copy_to(small, out.get());
  CHECK(dir.read("streamed") == "precious");
  size_t before = packs();
  put("precious");
  CHECK(packs() == before);
}

TEST_CASE_METHOD(DamageFixture, "adding sound content replaces a damaged loose object") {
  Digest large = put(kLarge);
  dir.write("file", kLarge);
  SECTION("from memory") {
    corrupt(*store.loose_path(large), 1000);
    put(kLarge);
  }
  SECTION("from a file") {
    corrupt(*store.loose_path(large), 1000);
    Batch batch(store);
    CHECK(batch.add_file(dir / "file").stored);
    batch.commit();
  }
  SECTION("from a file that is moved") {
    corrupt(*store.loose_path(large), 1000);
    Batch batch(store);
    CHECK(batch.take_file(dir / "file").stored);
    batch.commit();
  }
  CHECK(store.read(large) == kLarge);
  Batch batch(store);
  dir.write("file", kLarge);
  CHECK_FALSE(batch.add_file(dir / "file").stored);
}

TEST_CASE_METHOD(DamageFixture, "an index without its whole pack hides nothing") {
  Digest small = put("one");
  std::string pack = pack_file();
  SECTION("absent") { posix_files().unlink(pack); }
  SECTION("short") { overwrite(pack, "MLOPACK"); }
  ObjectStore after = reopened();
  CHECK(after.packs().broken().size() == 1);
  CHECK_FALSE(after.contains(small));
  Batch batch(after);
  CHECK_FALSE(batch.keep(small));
  batch.add("one");
  batch.add("two");
  batch.commit();
  CHECK(after.read(small) == "one");
}

TEST_CASE_METHOD(DamageFixture, "an entry that points outside its pack is no copy") {
  Digest small = put("one");
  std::string index = store.packs().all().at(0)->index_file();
  corrupt(index, kIndexHeader + 32 + 7);
  CHECK_FALSE(reopened().contains(small));
  put("one");
  CHECK(reopened().read(small) == "one");
}

TEST_CASE_METHOD(DamageFixture, "keep believes in presence and size only") {
  Digest small = put("precious"), large = put(kLarge);
  Batch batch(store);
  CHECK(batch.keep(small, 8));
  CHECK_FALSE(batch.keep(small, 9));
  CHECK(batch.keep(large, kLarge.size()));
  CHECK(batch.keep(large));
  overwrite(*store.loose_path(large), "torn");
  CHECK_FALSE(batch.keep(large, kLarge.size()));
}

TEST_CASE_METHOD(DamageFixture, "a finished file is moved, not copied") {
  std::string bytes = kLarge + "moved";
  dir.write("download", bytes);
  struct stat before = *stat_of(dir / "download");
  Batch batch(store);
  AddedFile taken = batch.take_file(dir / "download");
  CHECK(taken.stored);
  CHECK(taken.digest == sha256(bytes));
  CHECK_FALSE(exists(dir / "download"));
  CHECK_FALSE(store.contains(taken.digest));
  batch.commit();
  struct stat after = *stat_of(*store.loose_path(taken.digest));
  CHECK(after.st_ino == before.st_ino);
  CHECK((after.st_mode & 07777) == 0444);
  CHECK(store.read(taken.digest) == bytes);
}

TEST_CASE_METHOD(DamageFixture, "a taken file is gone, whatever became of its bytes") {
  dir.write("download", "small");
  Batch batch(store);
  CHECK(batch.take_file(dir / "download").digest == sha256("small"));
  CHECK_FALSE(exists(dir / "download"));
  SECTION("twice the same") {
    dir.write("download", "small");
    CHECK_FALSE(batch.take_file(dir / "download").stored);
  }
  SECTION("with a second name") {
    dir.write("download", kLarge);
    posix_files().link(dir / "download", dir / "other");
    batch.take_file(dir / "download");
    batch.commit();
    CHECK(stat_of(dir / "other")->st_nlink == 1);
    CHECK(store.read(sha256(kLarge)) == kLarge);
  }
  CHECK_FALSE(exists(dir / "download"));
  CHECK_THROWS_AS(batch.take_file(dir / "absent"), Error);
  CHECK(names_in(dir / "store/tmp").size() <= 1);
}

TEST_CASE("a file of another file system is copied") {
  test::TempDir dir;
  OtherDevice files;
  test::TestEnv os(files);
  ObjectStore store = ObjectStore::open(os.env, dir / "store", OpenStore::create);
  dir.write("download", kLarge);
  Batch batch(store);
  CHECK(batch.take_file(dir / "download").stored);
  batch.commit();
  CHECK_FALSE(exists(dir / "download"));
  CHECK(store.read(sha256(kLarge)) == kLarge);
}

TEST_CASE_METHOD(DamageFixture, "a batch splits into packs of bounded size") {
  store.set_pack_limit(1000);
  Batch batch(store);
  for (int i = 0; i < 50; ++i) batch.add(std::string(100, 'a') + std::to_string(i));
  batch.commit();
  CHECK(store.packs().all().size() == 7);
  for (const auto& pack : store.packs().all()) CHECK(pack->pack_size() < 1200);
  for (int i = 0; i < 50; ++i) {
    std::string bytes = std::string(100, 'a') + std::to_string(i);
    CHECK(store.read(sha256(bytes)) == bytes);
  }
  CHECK(names_in(dir / "store/tmp").empty());
}
