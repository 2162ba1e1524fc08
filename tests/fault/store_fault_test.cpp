// The store alone: one batch, gc, and undo.
#include <catch2/catch.hpp>

#include "store/batch.hpp"
#include "store/fsck.hpp"
#include "store/gc.hpp"
#include "store/tree.hpp"
#include "support/fault_driver.hpp"

using namespace mlo;
using namespace mlo::store;
using namespace mlo::test;

namespace {

const std::string kLarge(kLooseSize + 5, 'x');
const std::string kOther(kLooseSize + 9, 'y');

ObjectStore open_store(TestEnv& test, const TempDir& dir) {
  return ObjectStore::open(test.env, dir / "store", OpenStore::create);
}

void require_clean(TestEnv& test, ObjectStore& store) {
  FsckReport report = fsck(test.env, store);
  for (const FsckProblem& problem : report.problems) {
    INFO(problem.kind << " " << problem.object << " " << problem.detail);
    CHECK(false);
  }
}

class Roots final : public RootSource {
 public:
  explicit Roots(std::vector<Digest> digests) : digests_(std::move(digests)) {}
  void roots(Env&, const RootSink& sink) override {
    for (const Digest& digest : digests_) sink({digest, RootKind::any, "test"});
  }

 private:
  std::vector<Digest> digests_;
};

}  // namespace

TEST_CASE("creating a store survives every fault") {
  for_every_fault("create",
                  {.setup = [](TestEnv&, const TempDir&) {},
                   .operation = [](TestEnv& test, const TempDir& dir) { open_store(test, dir); },
                   .check =
                       [](TestEnv& test, const TempDir& dir, Outcome outcome) {
                         bool there = exists(dir / "store/format");
                         CHECK((there || outcome != Outcome::completed));
                         if (!there) return;
                         ObjectStore store = ObjectStore::open(test.env, dir / "store");
                         require_clean(test, store);
                       }});
}

TEST_CASE("a batch survives every fault") {
  auto all = {sha256("one"), sha256("two"), sha256(kLarge), sha256(kOther)};
  uint64_t points = for_every_fault(
      "batch", {.setup =
                    [](TestEnv& test, const TempDir& dir) {
                      ObjectStore store = open_store(test, dir);
                      Batch batch(store);
                      batch.add("old");
                      batch.commit();
                      dir.write("large", kLarge);
                      dir.write("small", "two");
                    },
                .operation =
                    [](TestEnv& test, const TempDir& dir) {
                      ObjectStore store = ObjectStore::open(test.env, dir / "store");
                      Batch batch(store);
                      batch.add("one");
                      batch.add(kOther);
                      batch.add_file(dir / "large");
                      batch.add_file(dir / "small");
                      batch.commit();
                    },
                .check =
                    [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
                      ObjectStore store = ObjectStore::open(test.env, dir / "store");
                      require_clean(test, store);
                      CHECK(store.read(sha256("old")) == "old");
                      for (const Digest& digest : all) {
                        bool there = store.contains(digest);
                        CHECK((there || outcome != Outcome::completed));
                        if (there) CHECK(sha256(store.read(digest)) == digest);
                      }
                    }});
  CHECK(points > 15);
}

TEST_CASE("gc survives every fault and never takes what is reachable") {
  Digest kept_small = sha256("kept"), kept_large = sha256(kLarge);
  Digest dead_small = sha256("dead"), dead_large = sha256(kOther), dead_alone = sha256("alone");
  Roots roots({kept_small, kept_large});
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    ObjectStore store = open_store(test, dir);
    Batch batch(store);
    for (const std::string& bytes : {std::string("kept"), std::string("dead"), kLarge, kOther}) {
      batch.add(bytes);
    }
    batch.commit();
    Batch(store).add("never committed");
    batch.add("alone");
    batch.commit();
    dir.write("store/tmp/leftover", "half");
  };
  auto operation = [&](TestEnv& test, const TempDir& dir) {
    test.clock.advance(20 * kDay);
    ObjectStore store = ObjectStore::open(test.env, dir / "store");
    RootSource* source = &roots;
    gc(test.env, store, std::span(&source, 1), {});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    ObjectStore store = ObjectStore::open(test.env, dir / "store");
    require_clean(test, store);
    CHECK(store.read(kept_small) == "kept");
    CHECK(store.read(kept_large) == kLarge);
    if (outcome != Outcome::completed) return;
    for (const Digest& digest : {dead_small, dead_large, dead_alone}) {
      CHECK_FALSE(store.contains(digest));
    }
  };
  SECTION("collecting") {
    CHECK(for_every_fault("gc", {.setup = setup, .operation = operation, .check = check}) > 15);
  }
  SECTION("undoing") {
    auto undo_setup = [&](TestEnv& test, const TempDir& dir) {
      setup(test, dir);
      TestEnv later;
      operation(later, dir);
    };
    auto undo = [&](TestEnv& test, const TempDir& dir) {
      ObjectStore store = ObjectStore::open(test.env, dir / "store");
      if (!list_trash(store).empty()) undo_gc(test.env, store);
    };
    auto undone = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
      ObjectStore store = ObjectStore::open(test.env, dir / "store");
      require_clean(test, store);
      if (outcome != Outcome::completed) return;
      CHECK(store.read(dead_large) == kOther);
      CHECK(store.read(dead_small) == "dead");
      CHECK(store.read(dead_alone) == "alone");
    };
    for_every_fault("undo", {.setup = undo_setup, .operation = undo, .check = undone});
  }
}
