// What must not grow with the number of files, and what must not be read.
#include <malloc.h>

#include <catch2/catch.hpp>

#include "data/listing.hpp"
#include "data_fixture.hpp"
#include "store/tree.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

/// Bytes that malloc has handed out (0 under a sanitizer, whose allocator does not say).
size_t allocated() {
  struct mallinfo2 info = ::mallinfo2();
  return info.uordblks + info.hblkhd;
}

constexpr size_t kMany = 100'000;

std::string name_of(size_t i) { return "file-" + std::to_string(1'000'000 + i) + ".npy"; }

}  // namespace

TEST_CASE("a hundred thousand files are a few blocks of memory") {
  size_t before = allocated();
  data::ScanDirectory directory;
  for (size_t i = 0; i < kMany; ++i) directory.append(name_of(i));
  // An entry has 104 bytes, a name 16; vectors double. Objects of their own would need more.
  CHECK(allocated() - before < kMany * 320);
  CHECK(directory.find(name_of(777)) == &directory.entries[777]);
  CHECK(directory.find("none") == nullptr);

  before = allocated();
  repo::StatIndex index;
  for (size_t i = 0; i < kMany; ++i) {
    index.set("d/" + name_of(i), {i, 1, 1, i, 1}, Digest(), 1'000'000'000);
  }
  CHECK(allocated() - before < kMany * 320);
  TempDir dir;
  before = allocated();
  index.save(posix_files(), dir / "index");
  CHECK(allocated() < before + 4'000'000);  // written through a buffer, then mapped
  CHECK(index.size() == kMany);
}

TEST_CASE("a split directory is compared leaf by leaf") {
  DataFixture fixture;
  constexpr size_t kFiles = store::kSplitEntries + 2000;
  make_directories(posix_files(), fixture.dir / "d");
  for (size_t i = 0; i < kFiles; ++i) {
    Descriptor fd =
        posix_files().create(fixture.dir / ("d/" + name_of(i)), Create::exclusive, 0644);
    posix_files().write(fd.get(), as_bytes(std::to_string(i)), "x");
  }
  fixture.later();
  fixture.add({"d"});
  CHECK(fixture.status().clean());
  CHECK(fixture.status().hashed == 0);
  repo::Workspace workspace = fixture.open();
  fixture.rewrite("d/" + name_of(3000), "changed");
  fixture.remove("d/" + name_of(0));
  fixture.remove("d/" + name_of(kFiles - 1));
  fixture.dir.write("d/aaa", "before all");
  fixture.dir.write("d/" + name_of(3000) + "x", "between");
  fixture.dir.write("d/zzz", "after all");
  fixture.dir.write("d/sub/new", "new");
  std::string expected = "added d/aaa\ndeleted d/" + name_of(0) + "\nmodified d/" + name_of(3000) +
                         "\nadded d/" + name_of(3000) + "x\ndeleted d/" + name_of(kFiles - 1) +
                         "\nadded d/sub/new\nadded d/zzz\n";
  CHECK(lines(fixture.status().files) == expected);
  CHECK(lines(fixture.diff().files) == expected);
  CHECK(lines(fixture.status({"d/" + name_of(3000)}).files) ==
        "modified d/" + name_of(3000) + "\n");
  fixture.checkout({}, true);
  CHECK(lines(fixture.status().files) ==
        "added d/aaa\nadded d/" + name_of(3000) + "x\nadded d/sub/new\nadded d/zzz\n");
}

TEST_CASE("equal directories are not opened in the store") {
  DataFixture fixture;
  fixture.dir.write("d/one/a", "a");
  fixture.dir.write("d/two/b", "b");
  fixture.add({"d"});
  fixture.later();
  fixture.status();
  repo::Workspace workspace = fixture.open();
  // The content of `one` and its tree are gone from the store; only `two` has changed.
  fixture.dir.write("d/two/b", "changed");
  std::vector<store::TreeEntry> a = {{store::kFileMode, sha256(std::string_view("a")), 1, 1, "a"}};
  Digest one = store::hash_tree(a).digest;
  std::vector<store::TreeEntry> b = {{store::kFileMode, sha256(std::string_view("b")), 1, 1, "b"}};
  std::vector<store::TreeEntry> root = {{store::kDirectoryMode, one, 1, 1, "one"},
                                        store::hash_tree(b)};
  root[1].name = "two";
  fixture.remove(".mlo/store");
  {
    repo::Workspace fresh = fixture.open();
    store::Batch batch(fresh.store_for_writing());
    store::write_tree(batch, b);
    store::write_tree(batch, root);
    batch.commit();
  }
  CHECK(lines(fixture.status().files) == "modified d/two/b\n");
}

TEST_CASE("a tree that the store lost is no difference while the work tree has it") {
  DataFixture fixture;
  fixture.dir.write("d/sub/a", "a");
  fixture.add({"d"});
  fixture.remove(".mlo/store");
  CHECK(fixture.status().clean());
  CHECK(fixture.checkout().files.empty());
  fixture.dir.write("d/sub/a", "other");
  CHECK(lines(fixture.status().files) == "missing d\n");
}
