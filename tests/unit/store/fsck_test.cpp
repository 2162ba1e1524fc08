#include "store/fsck.hpp"

#include <algorithm>

#include "store/pack.hpp"
#include "store/tree.hpp"
#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

class Expect final : public Checker {
 public:
  void check(Env&, FsckSink& sink) override {
    for (const Root& root : roots) sink.expect(root);
    if (broken) throw failure("cannot read the registry");
  }
  std::vector<Root> roots;
  bool broken = false;
};

}  // namespace

struct FsckFixture : StoreFixture {
  Expect checker;
  FsckReport report(const FsckOptions& options = {}) {
    ObjectStore fresh = ObjectStore::open(os.env, store.path());
    Checker* list[] = {&checker};
    return fsck(os.env, fresh, list, options);
  }
  /// The kinds of all problems, in order.
  std::string kinds() {
    std::string text;
    for (const FsckProblem& problem : report().problems) text += problem.kind + " ";
    return text;
  }
};

TEST_CASE_METHOD(FsckFixture, "a healthy store is clean and everything is counted") {
  put("small");
  put(std::string(kLooseSize, 'x'));
  FsckReport found = report();
  CHECK(found.clean());
  CHECK(found.objects == 2);
  CHECK(found.bytes == 5 + kLooseSize);
  CHECK(found.packs == 1);
  CHECK(found.read_objects == 2);
  CHECK(found.read_bytes == found.bytes);
}

TEST_CASE_METHOD(FsckFixture, "every byte of pack and index is covered") {
  put("small");
  auto pack = store.packs().all()[0];
  for (const std::string& file : {pack->pack_file(), pack->index_file()}) {
    size_t size = read_file(file).size();
    for (size_t i = 0; i < size; ++i) {
      corrupt(file, i);
      INFO(file << " byte " << i);
      CHECK_FALSE(report().clean());
      corrupt(file, i);
    }
  }
  CHECK(report().clean());
}

TEST_CASE_METHOD(FsckFixture, "damaged, misplaced and foreign files are found") {
  Digest large = put(std::string(kLooseSize, 'x'));
  corrupt(*store.loose_path(large), 1000);
  CHECK(kinds() == "damaged ");
  CHECK(report().problems[0].object == large.text());
  corrupt(*store.loose_path(large), 1000);
  dir.write("store/loose/zz/notes.txt", "?");
  dir.write("store/packs/readme", "?");
  CHECK(kinds() == "format format ");
}

TEST_CASE_METHOD(FsckFixture,
                 "a pack without its index is a leftover, an index without its pack damage") {
  put("small");
  auto pack = store.packs().all()[0];
  std::string index = read_file(pack->index_file());
  posix_files().unlink(pack->index_file());
  FsckReport found = report();
  CHECK(found.clean());
  REQUIRE(found.notes.size() == 1);
  CHECK_THAT(found.notes[0], Contains("interrupted"));
  dir.write("store/packs/" + pack->name() + ".idx", index);
  posix_files().unlink(pack->pack_file());
  CHECK(kinds() == "damaged ");
}

TEST_CASE_METHOD(FsckFixture, "what checkers expect must be there, with everything below") {
  Batch batch(store);
  TreeEntry good = write_tree(batch, {{kFileMode, batch.add("a"), 1, 1, "a"}});
  TreeEntry hole = write_tree(batch, {{kFileMode, sha256("hole"), 4, 1, "h"}});
  TreeEntry wrong = write_tree(batch, {{kFileMode, batch.add("b"), 99, 1, "b"}});
  batch.commit();
  checker.roots = {{good.digest, RootKind::tree, "good.mlo"}};
  CHECK(report().clean());
  CHECK(report().trees == 1);
  checker.roots.push_back({hole.digest, RootKind::tree, "hole.mlo"});
  CHECK(kinds() == "missing ");
  CHECK_THAT(report().problems[0].detail, Contains("hole.mlo/h"));
  checker.roots = {{wrong.digest, RootKind::tree, "wrong.mlo"}};
  CHECK(kinds() == "format ");
  checker.roots = {{sha256("nowhere"), RootKind::blob, "x.mlo"}};
  CHECK(kinds() == "missing ");
  checker.roots = {{sha256("a"), RootKind::tree, "not a tree"}};
  CHECK(kinds() == "damaged ");
  checker.roots.clear();
  checker.broken = true;
  CHECK(kinds() == "unreadable ");
}
