#include "store/batch.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <set>
#include <thread>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"
#include "store/fsck.hpp"
#include "store/pack.hpp"
#include "store/transfer.hpp"
#include "store_fixture.hpp"
#include "support/faulty_files.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

// Fails like a read-only file system.
class ReadOnlyFiles final : public test::FaultyFiles {
 public:
  ReadOnlyFiles() : FaultyFiles(posix_files(), test::Fault::none, 0) {}
  Descriptor create(const At& place, Create, mode_t) override {
    throw system_error("cannot create " + place.path, EROFS);
  }
  void touch(const At& place) override { throw system_error("cannot touch " + place.path, EROFS); }
};

// Notes what was synced.
class NotingFiles final : public test::FaultyFiles {
 public:
  NotingFiles() : FaultyFiles(posix_files(), test::Fault::none, 0) {}
  void sync(int fd, const std::string& name) override {
    names.insert(name);
    FaultyFiles::sync(fd, name);
  }
  std::set<std::string> names;
};

}  // namespace

TEST_CASE_METHOD(StoreFixture, "nothing is visible before commit, and nothing remains without it") {
  {
    Batch batch(store);
    batch.add("small");
    batch.add(std::string(kLooseSize, 'x'));
    ObjectStore other = ObjectStore::open(os.env, store.path());
    CHECK_FALSE(other.contains(sha256("small")));
    CHECK(names_in(dir / "store/tmp").size() == 2);
  }
  CHECK(names_in(dir / "store/tmp").empty());
  CHECK(names_in(dir / "store/packs").empty());
  CHECK_FALSE(store.contains(sha256("small")));
}

TEST_CASE_METHOD(StoreFixture, "one batch writes one pack and the same object once") {
  dir.write("again", "one");
  Batch batch(store);
  batch.add("one");
  CHECK_FALSE(batch.add_file(dir / "again").stored);
  batch.add("two");
  batch.add(std::string(kLooseSize, 'x'));
  batch.add(std::string(kLooseSize, 'x'));
  batch.commit();
  CHECK(batch.objects() == 3);
  CHECK(store.packs().all().size() == 1);
  CHECK(store.packs().all()[0]->size() == 2);
  CHECK(names_in(dir / "store/tmp").empty());
  batch.add("one");
  batch.commit();
  CHECK(store.packs().all().size() == 1);
}

TEST_CASE_METHOD(StoreFixture, "files of all sizes keep their bytes") {
  std::vector<At> places;
  std::vector<std::string> contents;
  for (size_t size : {size_t{0}, size_t{3000}, kLooseSize - 1, kLooseSize, size_t{1} << 20,
                      size_t{kPipelineSize} + 12345}) {
    std::string bytes(size, '\0');
    for (size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
    places.emplace_back(dir.write("in/" + std::to_string(size), bytes));
    contents.push_back(std::move(bytes));
  }
  Batch batch(store);
  std::atomic<uint64_t> seen = 0;
  auto added = batch.add_files(places, [&](uint64_t bytes) { seen += bytes; });
  batch.commit();
  uint64_t total = 0;
  for (size_t i = 0; i < places.size(); ++i) {
    CHECK(added[i].digest == sha256(contents[i]));
    CHECK(added[i].size == contents[i].size());
    CHECK(added[i].stored);
    CHECK(store.read(added[i].digest) == contents[i]);
    total += contents[i].size();
  }
  CHECK(seen == total);
  auto again = batch.add_files(places);
  batch.commit();
  for (const AddedFile& file : again) CHECK_FALSE(file.stored);
}

TEST_CASE_METHOD(StoreFixture, "threads may add side by side") {
  Batch batch(store);
  parallel_for(
      400, [&](size_t i) { batch.add("object " + std::to_string(i % 300)); }, 4);
  batch.commit();
  CHECK(batch.objects() == 300);
  CHECK(fsck(os.env, store).clean());
}

TEST_CASE_METHOD(StoreFixture, "only regular files that hold still are taken") {
  Batch batch(store);
  ::mkfifo((dir / "pipe").c_str(), 0644);
  CHECK_THAT(error_of([&] { batch.add_file(dir / "pipe"); }), Contains("not a regular file"));
  CHECK_THAT(error_of([&] { batch.add_file(dir.path()); }), Contains("not a regular file"));
  CHECK_THAT(error_of([&] { batch.add_file(dir / "none"); }), Contains("No such file"));
  dir.write("file", "x");
  ::symlink("file", (dir / "link").c_str());
  CHECK_THAT(error_of([&] { batch.add_file(dir / "link"); }), Contains("symbolic link"));
}

TEST_CASE_METHOD(StoreFixture, "a file that grows while it is read is refused") {
  std::string file = dir.write("grows", std::string(64 << 20, 'g'));
  Batch batch(store);
  bool grown = false;
  ByteCount grow = [&](uint64_t) {
    if (std::exchange(grown, true)) return;
    Descriptor fd = posix_files().create(file, Create::append, 0644);
    posix_files().write(fd.get(), as_bytes("more"), file);
  };
  std::vector<At> places = {file};
  CHECK_THAT(error_of([&] { batch.add_files(places, grow); }),
             Contains("changed while it was read"));
}

TEST_CASE_METHOD(StoreFixture, "adding what is there makes it fresh") {
  Digest small = put("small"), large = put(std::string(kLooseSize, 'x'));
  std::string files[] = {store.packs().all()[0]->pack_file(), *store.loose_path(large)};
  for (const std::string& file : files) {
    timespec old[2] = {{1000, 0}, {1000, 0}};
    REQUIRE(::utimensat(AT_FDCWD, file.c_str(), old, 0) == 0);
  }
  CHECK(store.stat(small)->fresh == 1000 * int64_t{1'000'000'000});
  put("small");
  put(std::string(kLooseSize, 'x'));
  int64_t yesterday = os.clock.now() - test::kDay;
  CHECK(store.stat(small)->fresh > yesterday);
  CHECK(store.stat(large)->fresh > yesterday);
  CHECK(store.packs().all().size() == 1);
}

// Whoever stored it may have been killed between the rename and the sync of the directory.
TEST_CASE_METHOD(StoreFixture, "adding what is there makes its name durable") {
  std::string small = "small", large(kLooseSize, 'x');
  put(small);
  std::string loose(parent_path(*store.loose_path(put(large))));
  NotingFiles noting;
  test::TestEnv other(noting);
  ObjectStore same = ObjectStore::open(other.env, store.path());
  Batch batch(same);
  SECTION("added again") {
    batch.add(small);
    batch.add(large);
  }
  SECTION("kept") {
    REQUIRE(batch.keep(sha256(small)));
    REQUIRE(batch.keep(sha256(large)));
  }
  batch.commit();
  CHECK(noting.names == std::set<std::string>{dir / "store/packs", dir / "store/loose", loose});
  noting.names.clear();
  timespec old[2] = {{1000, 0}, {1000, 0}};
  for (const std::string& directory : {dir / "store/packs", dir / "store/loose", loose}) {
    REQUIRE(::utimensat(AT_FDCWD, directory.c_str(), old, 0) == 0);
  }
  batch.add(small);
  batch.add(large);
  batch.commit();
  CHECK(noting.names.empty());  // long written back
}

TEST_CASE_METHOD(StoreFixture, "a loose object of the wrong size is written anew") {
  std::string bytes(kLooseSize, 'x');
  Digest large = put(bytes);
  overwrite(*store.loose_path(large), "torn");
  put(bytes);
  CHECK(store.read(large) == bytes);
}

TEST_CASE_METHOD(StoreFixture, "a read-only store and a full disk say what to do") {
  put("present");
  ReadOnlyFiles read_only;
  test::TestEnv other(read_only);
  ObjectStore closed = ObjectStore::open(other.env, store.path());
  CHECK(closed.read(sha256("present")) == "present");
  try {
    Batch(closed).add("new");
    FAIL("no error");
  } catch (const Error& error) {
    CHECK_THAT(error.message(), Contains("Read-only file system"));
    CHECK_THAT(error.hint(), Contains("read-only"));
  }
  test::FaultyFiles full(posix_files(), test::Fault::full_disk, 2);
  test::TestEnv tight(full);
  ObjectStore store_on_full = ObjectStore::open(tight.env, store.path());
  Batch batch(store_on_full);
  try {
    batch.add("new");
    batch.commit();
    FAIL("no error");
  } catch (const Error& error) {
    CHECK_THAT(error.message(), Contains("No space left"));
    CHECK_THAT(error.hint(), Contains("mlo gc"));
  }
  CHECK_THAT(error_of([&] { batch.commit(); }), Contains("earlier write"));
}

TEST_CASE_METHOD(StoreFixture, "a cancelled batch stops") {
  dir.write("file", "x");
  os.cancelled = true;
  Batch batch(store);
  CHECK_THROWS_AS(batch.add_file(dir / "file"), Error);
}
