#include "store/gc.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <numeric>
#include <set>
#include <thread>

#include "store/directory.hpp"
#include "store/fsck.hpp"
#include "store/lease.hpp"
#include "store/pack.hpp"
#include "store/sweep.hpp"
#include "store/tree.hpp"
#include "store_fixture.hpp"
#include "support/faulty_files.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

class Roots final : public RootSource {
 public:
  void roots(Env&, const RootSink& sink) override {
    if (broken) throw failure("cannot read the pointers");
    for (const Root& root : list) sink(root);
  }
  std::vector<Root> list;
  bool broken = false;
};

const std::string kLarge(kLooseSize, 'x');

}  // namespace

struct GcFixture : StoreFixture {
  Roots source;
  GcReport collect(GcOptions options = {}) {
    RootSource* list[] = {&source};
    return gc(os.env, store, list, options);
  }
  void keep(const Digest& digest, RootKind kind = RootKind::any) {
    source.list.push_back({digest, kind, "test"});
  }
};

TEST_CASE_METHOD(GcFixture, "gc keeps what is reachable, leased or young") {
  Digest small = put("small"), large = put(kLarge), leased = put("leased");
  Batch batch(store);
  TreeEntry tree = write_tree(batch, {{kFileMode, batch.add("in tree"), 7, 1, "f"},
                                      {kSymlinkMode, batch.add("target"), 6, 1, "l"}});
  batch.commit();
  keep(small);
  keep(large, RootKind::blob);
  keep(tree.digest);
  Lease lease(store, std::span(&leased, 1), "test");
  Digest dead = put("dead"), dead_large = put(kLarge + "!");

  GcReport young = collect();
  CHECK(young.removed_objects == 0);
  CHECK(young.young_objects == 2);
  CHECK(young.trash_id.empty());

  os.clock.advance(15 * test::kDay);
  GcReport dry = collect({.dry_run = true});
  CHECK(dry.removed_objects == 2);
  CHECK(store.contains(dead));

  GcReport report = collect();
  CHECK(report.removed_objects == 2);
  CHECK(report.removed_bytes == 4 + kLarge.size() + 1);
  CHECK(report.kept_objects == 6);
  CHECK_FALSE(store.contains(dead));
  CHECK_FALSE(store.contains(dead_large));
  for (const Digest& digest : {small, large, leased, tree.digest, sha256("in tree")}) {
    CHECK(sha256(store.read(digest)) == digest);
  }
  CHECK(fsck(os.env, store).clean());
}

TEST_CASE_METHOD(GcFixture, "all leaves of a split directory are reachable") {
  std::vector<TreeEntry> entries;
  Batch batch(store);
  for (int i = 0; i < 5000; ++i) {
    std::string name = "f" + std::to_string(i);
    entries.push_back({kFileMode, batch.add(name), name.size(), 1, name});
  }
  TreeEntry tree = write_tree(batch, entries);
  batch.commit();
  put("dead");
  keep(tree.digest);
  os.clock.advance(15 * test::kDay);
  CHECK(collect().removed_objects == 1);
  CHECK(read_tree(store, tree.digest).size() == 5000);
  CHECK(store.contains(sha256("f4999")));
}

TEST_CASE_METHOD(GcFixture,
                 "a pack with live and dead objects is rewritten, and undo brings it back") {
  Batch batch(store);
  Digest live = batch.add("live"), dead = batch.add("dead");
  Digest large = batch.add(kLarge);
  batch.commit();
  keep(live);
  os.clock.advance(15 * test::kDay);
  GcReport report = collect();
  CHECK(store.read(live) == "live");
  CHECK_FALSE(store.contains(dead));
  CHECK(list_trash(store) == std::vector<std::string>{report.trash_id});
  UndoReport undone = undo_gc(os.env, store);
  CHECK(undone.files == 3);
  CHECK(store.read(dead) == "dead");
  CHECK(store.read(large) == kLarge);
  CHECK(fsck(os.env, store).clean());
  CHECK(list_trash(store).empty());
  CHECK_THAT(error_of([&] { undo_gc(os.env, store); }), Contains("nothing to undo"));
  CHECK_THAT(error_of([&] { undo_gc(os.env, store, "2026"); }), Contains("no trash"));
}

TEST_CASE_METHOD(GcFixture, "old trash is emptied by a later gc, leftovers at once") {
  put("dead");
  dir.write("store/tmp/half", "half");
  os.clock.advance(15 * test::kDay);
  CHECK(collect().emptied_bytes == 4);
  CHECK_FALSE(exists(dir / "store/tmp/half"));
  CHECK(list_trash(store).size() == 1);
  os.clock.advance(13 * test::kDay);
  CHECK(collect().emptied_bytes == 0);
  os.clock.advance(2 * test::kDay);
  CHECK(collect().emptied_bytes > 0);
  CHECK(list_trash(store).empty());
}

TEST_CASE_METHOD(GcFixture, "empty_trash frees the space at once") {
  put("dead");
  os.clock.advance(15 * test::kDay);
  GcReport report = collect({.empty_trash = true});
  CHECK(report.removed_objects == 1);
  CHECK(report.emptied_bytes > 0);
  CHECK(list_trash(store).empty());
}

TEST_CASE_METHOD(GcFixture, "many small packs become one") {
  std::vector<Digest> all;
  for (int i = 0; i < 70; ++i) {
    all.push_back(put("object " + std::to_string(i)));
    keep(all.back());
  }
  CHECK(store.packs().all().size() == 70);
  collect();
  CHECK(store.packs().all().size() == 1);
  for (const Digest& digest : all) CHECK(store.contains(digest));
  CHECK(fsck(os.env, store).clean());
}

TEST_CASE_METHOD(GcFixture, "a reader that looked before gc still reads after it") {
  ObjectStore reader = ObjectStore::open(os.env, store.path());
  Batch batch(store);
  Digest live = batch.add("live");
  batch.add("dead");
  batch.commit();
  CHECK(reader.contains(live));
  keep(live);
  os.clock.advance(15 * test::kDay);
  CHECK(collect().removed_objects == 1);
  CHECK(reader.read(live) == "live");
}

TEST_CASE_METHOD(GcFixture, "gc does nothing when a source or a tree cannot be read") {
  Digest dead = put("dead");
  os.clock.advance(15 * test::kDay);
  source.broken = true;
  CHECK_THAT(error_of([&] { collect(); }), Contains("cannot read the pointers"));
  source.broken = false;
  Digest bad = put("mlo-tree 1\nbroken");
  keep(bad, RootKind::tree);
  CHECK_THAT(error_of([&] { collect(); }), Contains("malformed"));
  CHECK(store.contains(dead));
}

TEST_CASE_METHOD(GcFixture, "a damaged tree stops gc, however it is named") {
  Digest precious = put("precious");
  Batch batch(store);
  TreeEntry tree = write_tree(batch, {{kFileMode, precious, 8, 1, "f"}});
  batch.commit();
  const PackSet::Found found = *store.packs().find(tree.digest);
  corrupt(found.pack->pack_file(), found.entry.offset + 20);  // a digit of the entry's digest
  store.reload();
  os.clock.advance(15 * test::kDay);
  for (RootKind kind : {RootKind::tree, RootKind::any}) {
    source.list.clear();
    keep(tree.digest, kind);
    CHECK_THAT(error_of([&] { collect(); }), Contains("is damaged"));
    CHECK(store.contains(precious));
  }
}

TEST_CASE_METHOD(GcFixture, "missing roots are reported, files that look like trees are kept") {
  Digest almost = put("mlo-tree 1\nbut a text");
  keep(almost, RootKind::any);
  keep(sha256("evicted"), RootKind::blob);
  os.clock.advance(15 * test::kDay);
  GcReport report = collect();
  CHECK(report.missing.size() == 1);
  CHECK(store.contains(almost));
}

TEST_CASE_METHOD(GcFixture, "gc waits for open batches, but not for ever") {
  Batch batch(store);
  batch.add("x");
  store.set_lock_timeout(10'000'000);
  CHECK_THAT(error_of([&] { collect(); }), Contains("in use"));
  collect({.dry_run = true});
}

TEST_CASE_METHOD(GcFixture, "a committed batch keeps gc out until its lock is let go") {
  store.set_lock_timeout(10'000'000);
  Batch batch(store);
  batch.add("not referred to yet");
  {
    const auto hold = batch.commit();
    REQUIRE(hold);
    CHECK_THAT(error_of([&] { collect({.grace = -test::kDay}); }), Contains("in use"));
  }
  CHECK(collect({.grace = -test::kDay}).removed_objects == 1);
  CHECK_FALSE(Batch(store).commit());
}

// Waits for the list of a dry run that holds the file for a moment.
class SlowLister final : public test::FaultyFiles {
 public:
  SlowLister() : FaultyFiles(posix_files(), test::Fault::none, 0) {}
  ~SlowLister() override { lister_.join(); }
  Descriptor create(const At& place, Create how, mode_t mode) override {
    Descriptor fd = FaultyFiles::create(place, how, mode);
    auto taken =
        std::make_shared<FileLock>(*FileLock::try_acquire(place.path, LockKind::exclusive));
    lister_ = std::thread([taken]() mutable {
      ::usleep(20'000);
      taken.reset();
    });
    return fd;
  }

 private:
  std::thread lister_;
};

TEST_CASE_METHOD(GcFixture, "a lease begins although somebody lists leases") {
  Digest object = put("leased");
  SlowLister slow;
  test::TestEnv other(slow);
  ObjectStore same = ObjectStore::open(other.env, store.path());
  Lease lease(same, std::span(&object, 1), "test");
  REQUIRE(list_leases(store).size() == 1);
  CHECK(list_leases(store)[0].held);
}

TEST_CASE_METHOD(GcFixture, "leases of dead processes end") {
  Digest object = put("leased");
  pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    Lease lease(store, std::span(&object, 1), "child");
    ::_exit(0);
  }
  while (names_in(dir / "store/leases").empty()) ::usleep(1000);
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(list_leases(store).size() == 1);
  CHECK_FALSE(list_leases(store)[0].held);
  os.clock.advance(15 * test::kDay);
  CHECK(collect().removed_objects == 1);
  CHECK(list_leases(store).empty());
}

TEST_CASE_METHOD(GcFixture, "a lease says who holds it and has the bytes of the golden file") {
  Digest object = put("leased");
  Lease lease(store, std::span(&object, 1), "deployment\nx");
  auto leases = list_leases(store);
  REQUIRE(leases.size() == 1);
  CHECK(leases[0].held);
  CHECK(leases[0].objects == std::vector<Digest>{object});
  check_golden("lease", read_file(leases[0].file));
}

TEST_CASE_METHOD(GcFixture,
                 "gc removes nothing while a tree is missing whose entries it cannot know") {
  Batch batch(store);
  Digest child = batch.add("child");
  batch.commit();
  Digest lost = sha256("a tree that is not here");
  keep(lost, GENERATE(RootKind::tree, RootKind::any));
  CHECK(collect().removed_objects == 0);  // nothing is old enough: nothing to refuse
  os.clock.advance(15 * test::kDay);
  GcReport dry = collect({.dry_run = true});
  CHECK(dry.removed_objects == 1);
  REQUIRE(dry.unknown.size() == 1);
  CHECK(dry.unknown[0].digest == lost);
  CHECK_THAT(error_of([&] { collect(); }), Contains("removes nothing"));
  CHECK(store.contains(child));
  CHECK(list_trash(store).empty());
  SECTION("a remote has it") {
    GcOptions options;
    options.held_elsewhere = [&](const Digest& digest) { return digest == lost; };
    CHECK(collect(options).removed_objects == 1);
  }
  SECTION("it is the input of a run that stored none") {
    source.list.back().may_be_absent = true;
    SECTION("and nothing else") { CHECK(collect().removed_objects == 1); }
    SECTION("and a pointer's, too") {
      keep(lost, RootKind::tree);
      CHECK_THROWS_AS(collect(), Error);
    }
  }
  SECTION("the user says so") { CHECK(collect({.missing_ok = true}).removed_objects == 1); }
}

TEST_CASE_METHOD(GcFixture,
                 "a dry run says where the unused objects lie and what keeps the others") {
  Digest kept = put("kept");
  keep(kept);
  put(kLarge);
  Digest dead = put("dead");
  os.clock.advance(15 * test::kDay);
  GcReport report = collect({.dry_run = true, .attribute = true});
  REQUIRE(report.groups.size() == 2);
  CHECK(report.groups[0].place.ends_with(".pack"));
  CHECK(report.groups[0].objects == 1);
  CHECK(report.groups[0].newest <= os.clock.now() - 14 * test::kDay);
  CHECK(report.groups[1].place == "loose");
  CHECK(report.groups[1].bytes == kLarge.size());
  REQUIRE(report.keepers.size() == 1);
  CHECK(report.keepers[0].referrer == "test");
  CHECK(report.keepers[0].bytes == 4);
  CHECK(store.contains(dead));
}

TEST_CASE("packs merge geometrically") {
  constexpr uint64_t kNone = UINT64_MAX;
  CHECK(packs_to_merge({}, kNone) == 0);
  CHECK(packs_to_merge({5}, kNone) == 0);
  CHECK(packs_to_merge({1, 2, 6, 18}, kNone) == 0);
  CHECK(packs_to_merge({1, 1, 6, 100}, kNone) == 2);
  CHECK(packs_to_merge({1, 2, 3, 100}, kNone) == 3);
  CHECK(packs_to_merge({10, 10, 10, 59}, kNone) == 4);
  CHECK(packs_to_merge({10, 10, 10, 60}, kNone) == 3);
  // Full ones are left alone, however many they are.
  CHECK(packs_to_merge({1, 60, 60, 60}, 100) == 0);
  CHECK(packs_to_merge({1, 1, 60, 60}, 100) == 2);
  // A thousand additions and a gc after each: few packs, and each byte was copied few times.
  std::vector<uint64_t> packs;
  uint64_t copied = 0;
  for (int i = 0; i < 1000; ++i) {
    packs.push_back(1);
    std::sort(packs.begin(), packs.end());
    auto end = packs.begin() + static_cast<ptrdiff_t>(packs_to_merge(packs, kNone));
    if (end == packs.begin()) continue;
    uint64_t sum = std::accumulate(packs.begin(), end, uint64_t{0});
    packs.erase(packs.begin(), end);
    packs.insert(packs.begin(), sum);
    copied += sum;
    CHECK(packs.size() <= 10);
  }
  CHECK(copied <= 1000 * 10);
}

TEST_CASE_METHOD(GcFixture, "merging keeps packs below the limit, and young garbage its age") {
  store.set_pack_limit(4000);
  std::vector<Digest> all;
  for (int i = 0; i < 40; ++i) {
    all.push_back(put(std::string(200, 'a') + std::to_string(i)));
    keep(all.back());
  }
  Digest young = put("young garbage");
  GcReport report = collect();
  CHECK(report.merged_packs == 40);
  CHECK(report.young_objects == 1);
  CHECK(store.packs().all().size() <= 4);
  for (const auto& pack : store.packs().all()) CHECK(pack->pack_size() < 4300);
  for (const Digest& digest : all) CHECK(sha256(store.read(digest)) == digest);
  CHECK(list_trash(store).empty());
  CHECK(fsck(os.env, store).clean());
  os.clock.advance(15 * test::kDay);
  CHECK(collect().removed_objects == 1);
  CHECK_FALSE(store.contains(young));
}

TEST_CASE_METHOD(GcFixture, "max-size evicts what is held elsewhere, least recently used first") {
  std::vector<Digest> files;
  for (char c : {'a', 'b', 'c', 'd'}) {
    files.push_back(put(std::string(kLooseSize, c)));
    keep(files.back());
  }
  Batch batch(store);
  Digest packed = batch.add("packed");
  TreeEntry tree = write_tree(batch, {{kFileMode, packed, 6, 1, "p"}});
  batch.commit();
  keep(tree.digest, RootKind::tree);
  // The kernel gives times: make the order certain.
  for (size_t i : {1, 0, 3, 2}) {
    ::usleep(20'000);
    store.freshen(files[i]);
  }
  std::set<Digest> remote = {files[0], files[1], files[2], files[3], packed, tree.digest};
  GcOptions options;
  options.held_elsewhere = [&](const Digest& digest) { return remote.contains(digest); };
  options.max_size = 3 * kLooseSize + 1000;
  SECTION("the oldest go") {
    GcReport dry = collect(
        {.dry_run = true, .max_size = options.max_size, .held_elsewhere = options.held_elsewhere});
    CHECK(dry.evicted_objects == 2);
    CHECK(store.contains(files[1]));
    GcReport report = collect(options);
    CHECK(report.evicted_objects == 2);
    CHECK(report.store_bytes <= *options.max_size);
    CHECK_FALSE(store.contains(files[1]));
    CHECK_FALSE(store.contains(packed));
    CHECK(store.contains(files[0]));
    CHECK(store.contains(tree.digest));
    CHECK(list_trash(store).empty());
  }
  SECTION("what no remote holds stays") {
    remote = {files[2]};
    options.max_size = 1000;
    GcReport report = collect(options);
    CHECK(report.evicted_objects == 1);
    CHECK(report.store_bytes > *options.max_size);
    CHECK_FALSE(store.contains(files[2]));
  }
  SECTION("what is leased stays") {
    Lease lease(store, std::span(files), "training");
    CHECK(collect(options).evicted_objects == 1);
    for (const Digest& digest : files) CHECK(store.contains(digest));
  }
  SECTION("nobody says what remotes hold") {
    options.held_elsewhere = {};
    CHECK(collect(options).evicted_objects == 0);
  }
  CHECK(fsck(os.env, store).clean());
}
