#include "repo/stat_index.hpp"

#include <catch2/catch.hpp>
#include <cstring>

#include "base/text.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using repo::StatIndex;
using repo::StatKey;

namespace {

constexpr int64_t kTime = 1'700'000'000'123'456'789;
constexpr Time kLater = kTime + 1'000'000'000;

StatKey key(uint64_t size) { return {size, kTime, kTime + 5, 1000 + size, 64769}; }
Digest digest(const std::string& text) { return sha256(text); }

StatIndex three() {
  StatIndex index;
  index.set("data/b.csv", key(2), digest("b"), kLater);
  index.set("data/a.csv", key(1), digest("a"), kLater);
  index.set("data/sub/\xFF\n", key(3), digest("c"), kLater);
  return index;
}

}  // namespace

TEST_CASE("the stat index is written as the golden file says") {
  test::TempDir dir;
  StatIndex index = three();
  index.save(posix_files(), dir / "index");
  std::string golden = read_file(MLO_TEST_DATA "/stat-index");
  CHECK(dir.read("index") == golden);
  // A reader of the documented layout finds the second path.
  uint64_t ends[2];
  std::memcpy(&ends[0], golden.data() + 32 + 72, 8);
  std::memcpy(&ends[1], golden.data() + 32 + 80 + 72, 8);
  CHECK(golden.substr(32 + 3 * 80 + ends[0], ends[1] - ends[0]) == "data/b.csv");
}

TEST_CASE("an entry holds while size, times, inode and device are the same") {
  test::TempDir dir;
  three().save(posix_files(), dir / "index");
  StatIndex index = StatIndex::load(dir / "index");
  CHECK(index.size() == 3);
  CHECK(index.find("data/b.csv", key(2)) == digest("b"));
  CHECK(index.find("data/sub/\xFF\n", key(3)) == digest("c"));
  CHECK_FALSE(index.find("data/c.csv", key(2)));
  CHECK_FALSE(index.find("data", key(2)));
  for (auto change : {+[](StatKey& k) { ++k.size; }, +[](StatKey& k) { ++k.mtime_ns; },
                      +[](StatKey& k) { ++k.ctime_ns; }, +[](StatKey& k) { ++k.inode; },
                      +[](StatKey& k) { ++k.device; }}) {
    StatKey other = key(2);
    change(other);
    CHECK_FALSE(index.find("data/b.csv", other));
  }
}

TEST_CASE("a racy entry is not kept") {
  StatIndex index;
  StatKey written = key(1);
  index.set("a", written, digest("a"), written.ctime_ns + 5'000'000);  // half a tick later
  CHECK_FALSE(index.find("a", written));
  index.set("a", written, digest("a"), written.ctime_ns + 20'000'000);
  CHECK(index.find("a", written));
  index.set("a", written, digest("b"), written.ctime_ns);  // racy again: the old answer goes too
  CHECK_FALSE(index.find("a", written));
  StatKey coarse{1, 1'700'000'000'000'000'000, 1'700'000'000'000'000'000, 1, 1};
  CHECK(repo::is_racy(coarse, coarse.mtime_ns + 1'000'000'000));  // a file system of whole seconds
  CHECK_FALSE(repo::is_racy(coarse, coarse.mtime_ns + 2'500'000'000));
}

TEST_CASE("changes over a loaded index") {
  test::TempDir dir;
  three().save(posix_files(), dir / "index");
  StatIndex index = StatIndex::load(dir / "index");
  CHECK_FALSE(index.changed());
  index.set("data/aa.csv", key(7), digest("aa"), kLater);
  index.remove("data/b.csv");
  index.keep_only("data", [](std::string_view path) { return path == "data/a.csv"; });
  CHECK(index.changed());
  CHECK(index.size() == 2);
  index.save(posix_files(), dir / "index");
  StatIndex again = StatIndex::load(dir / "index");
  CHECK(again.size() == 2);
  CHECK(again.find("data/aa.csv", key(7)) == digest("aa"));
  CHECK(again.find("data/a.csv", key(1)) == digest("a"));
  CHECK_FALSE(again.find("data/b.csv", key(2)));
}

TEST_CASE("cursor answers in any order") {
  test::TempDir dir;
  StatIndex index;
  for (uint64_t i = 0; i < 1000; ++i) {
    index.set("d/" + std::to_string(i), key(i), digest(std::to_string(i)), kLater);
  }
  index.save(posix_files(), dir / "index");
  StatIndex::Cursor cursor(index);
  for (uint64_t i = 0; i < 1000; ++i) {
    uint64_t j = i * 7919 % 1000;
    CHECK(cursor.find("d/" + std::to_string(j), key(j)) == digest(std::to_string(j)));
    CHECK_FALSE(cursor.find("d/" + std::to_string(j) + "x", key(j)));
  }
}

TEST_CASE("a damaged index reads as empty") {
  test::TempDir dir;
  three().save(posix_files(), dir / "index");
  std::string good = dir.read("index");
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    dir.write("index", bad);
    CHECK(StatIndex::load(dir / "index").size() == 0);
    dir.write("index", good.substr(0, i));
    CHECK(StatIndex::load(dir / "index").size() == 0);
  }
  CHECK(StatIndex::load(dir / "none").size() == 0);
  CHECK(StatIndex::load(dir.path()).size() == 0);
}
