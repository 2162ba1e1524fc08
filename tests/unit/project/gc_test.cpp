#include "project/gc.hpp"

#include <catch2/catch.hpp>

#include "data/checkout.hpp"
#include "project/fsck.hpp"
#include "repo/layout.hpp"
#include "store/tree.hpp"
#include "support/error_of.hpp"
#include "unit/project/project_fixture.hpp"

using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

struct GcFixture : ProjectFixture {
  project::GcReport collect(repo::Workspace& workspace, project::GcOptions options = {}) {
    os.clock.advance(15 * kDay);
    return project::gc(os.env, workspace, options);
  }
};

}  // namespace

TEST_CASE_METHOD(GcFixture, "gc keeps the work tree, the index and all of git's history") {
  auto workspace = make("w");
  Digest first = add(workspace, "a.csv", "first");
  commit(workspace);
  git_in(workspace.root(), "branch old");
  Digest second = add(workspace, "a.csv", "second");
  commit(workspace);
  Digest third = add(workspace, "a.csv", "third");
  git_in(workspace.root(), "add a.csv.mlo");
  Digest fourth = add(workspace, "a.csv", "fourth");
  Digest dropped = add(workspace, "b.csv", "dropped");
  posix_files().unlink(workspace.absolute("b.csv.mlo"));
  project::GcReport report = collect(workspace);
  CHECK(report.store.removed_objects == 1);
  CHECK_FALSE(workspace.store().contains(dropped));
  for (const Digest& digest : {first, second, third, fourth}) {
    CHECK(workspace.store().contains(digest));
  }
  CHECK(project::fsck(os.env, workspace).clean());
}

TEST_CASE_METHOD(GcFixture, "gc --tips keeps of git what branches and tags point at") {
  auto workspace = make("w");
  Digest first = add(workspace, "a.csv", "first");
  commit(workspace);
  git_in(workspace.root(), "tag v1");
  Digest second = add(workspace, "a.csv", "second");
  commit(workspace);
  Digest third = add(workspace, "a.csv", "third");
  commit(workspace);
  project::GcReport report = collect(workspace, {.tips = true});
  CHECK(report.store.removed_objects == 1);
  CHECK(workspace.store().contains(first));
  CHECK_FALSE(workspace.store().contains(second));
  CHECK(workspace.store().contains(third));
}

TEST_CASE_METHOD(GcFixture, "gc in one workspace keeps the data of all that share the store") {
  std::string store = dir / "shared";
  auto one = make("one", store), two = make("two", store);
  Digest mine = add(one, "a.csv", "mine"), theirs = add(two, "b.csv", "theirs");
  CHECK(one.store_path() == store);
  project::GcReport report = collect(one);
  CHECK(report.workspaces.size() == 2);
  CHECK(report.store.removed_objects == 0);
  CHECK(one.store().contains(mine));
  CHECK(one.store().contains(theirs));

  remove_tree(posix_files(), dir / "two");
  Error error = error_of([&] { collect(one); });
  CHECK_THAT(error.message(), Contains("shares this store"));
  CHECK_THAT(error.hint(), Contains("--forget"));
  CHECK(one.store().contains(theirs));
  CHECK(collect(one, {.forget = {two.root()}}).store.removed_objects == 1);
  CHECK_FALSE(one.store().contains(theirs));
}

TEST_CASE_METHOD(GcFixture, "gc keeps the data of a clone that only checked out") {
  std::string store = dir / "shared";
  auto one = make("one", store), two = make("two", store);
  Digest data = add(one, "a.csv", "data");
  dir.write("two/a.csv.mlo", read_file(one.absolute("a.csv.mlo")));
  data::checkout(os.env, two, {});
  posix_files().unlink(one.absolute("a.csv.mlo"));
  CHECK(collect(one).store.removed_objects == 0);
  CHECK(one.store().contains(data));
}

TEST_CASE_METHOD(GcFixture, "gc keeps what pointers in ignored directories name") {
  auto workspace = make("w");
  make_directories(posix_files(), workspace.absolute("old/deep"));
  Digest data = add(workspace, "old/deep/a.csv", "data");
  dir.write("w/old/foreign.mlo", "not a pointer");
  dir.write("w/.mloignore", "old/\n");
  CHECK(collect(workspace).store.removed_objects == 0);
  CHECK(workspace.store().contains(data));
}

TEST_CASE_METHOD(GcFixture, "a broken pointer stops gc, a broken old one does not") {
  auto workspace = make("w");
  Digest kept = add(workspace, "a.csv", "kept");
  std::string pointer = read_file(workspace.absolute("a.csv.mlo"));
  dir.write("w/a.csv.mlo", "<<<<<<< HEAD\n" + pointer);
  commit(workspace);
  CHECK_THROWS_AS(collect(workspace), Error);
  dir.write("w/a.csv.mlo", "mlo: 1\ntype: file\ndigest: " + sha256("x").text() + "\nsize: 1\n");
  project::GcReport report = collect(workspace);
  CHECK(report.store.removed_objects == 0);
  CHECK(report.store.missing.size() == 1);
  CHECK(workspace.store().contains(kept));
}

TEST_CASE_METHOD(GcFixture, "fsck names the pointer whose data is missing or damaged") {
  auto workspace = make("w");
  Digest data = add(workspace, "a.csv", std::string(store::kLooseSize, 'x'));
  CHECK(project::fsck(os.env, workspace).clean());
  std::string file = *workspace.store().loose_path(data);
  posix_files().unlink(file);
  auto report = project::fsck(os.env, workspace);
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].kind == "missing");
  CHECK_THAT(report.problems[0].detail, Contains("a.csv.mlo"));
  dir.write("w/a.csv.mlo", "mlo: 1\ntype: thing\n");
  report = project::fsck(os.env, workspace);
  REQUIRE(report.problems.size() == 1);
  CHECK_THAT(report.problems[0].detail, Contains("a.csv.mlo:2"));
}

TEST_CASE_METHOD(GcFixture, "gc keeps what stashes, reflogs and merges in progress refer to") {
  auto workspace = make("w");
  std::string root = workspace.root();
  add(workspace, "a.csv", "base");
  commit(workspace);
  std::vector<Digest> stashed;
  for (const char* text : {"stash one", "stash two"}) {
    stashed.push_back(add(workspace, "a.csv", text));
    git_in(root, "stash -q");
  }
  Digest reset = add(workspace, "a.csv", "reset away");
  commit(workspace);
  git_in(root, "reset -q --hard HEAD~1");
  git_in(root, "checkout -q -b gone");
  Digest deleted = add(workspace, "a.csv", "deleted branch");
  commit(workspace);
  git_in(root, "checkout -q main");
  git_in(root, "branch -q -D gone");
  CHECK(collect(workspace).store.removed_objects == 0);
  SECTION("the tips alone keep the stashes") {
    project::GcReport report = collect(workspace, {.tips = true});
    CHECK(report.store.removed_objects == 2);
    for (const Digest& digest : stashed) CHECK(workspace.store().contains(digest));
    CHECK_FALSE(workspace.store().contains(reset));
    CHECK_FALSE(workspace.store().contains(deleted));
  }
  SECTION("git forgets its reflogs") {
    git_in(root, "reflog expire --expire=now --all");
    posix_files().unlink(root + "/.git/ORIG_HEAD");
    CHECK(collect(workspace).store.removed_objects > 0);
    CHECK_FALSE(workspace.store().contains(reset));
  }
}

TEST_CASE_METHOD(GcFixture, "gc keeps HEAD and index of linked work trees, even unmounted ones") {
  auto workspace = make("w");
  add(workspace, "a.csv", "base");
  commit(workspace);
  git_in(workspace.root(), "worktree add -q --detach " + dir / "linked");
  Digest head, index;
  {
    auto linked = repo::Workspace::open(os.env, dir / "linked");
    head = add(linked, "a.csv", "detached head");
    commit(linked);
    index = add(linked, "a.csv", "only in the index");
    git_in(linked.root(), "add a.csv.mlo");
    dir.write("linked/a.csv.mlo", read_file(workspace.absolute("a.csv.mlo")));
    CHECK(collect(linked, {.tips = true}).store.removed_objects == 0);
  }
  remove_tree(posix_files(), dir / "linked");
  project::GcOptions options{.tips = true, .forget = {repo::real_path(dir.path()) + "/linked"}};
  CHECK(collect(workspace, options).store.removed_objects == 0);
  CHECK(workspace.store().contains(head));
  CHECK(workspace.store().contains(index));
}

TEST_CASE_METHOD(GcFixture, "gc in a shallow clone keeps what the clone knows and says so") {
  auto origin = make("origin");
  for (const char* text : {"one", "two", "three"}) {
    add(origin, "a.csv", text);
    commit(origin);
  }
  git_in(dir.path(), "clone -q --depth 2 'file://" + origin.root() + "' shallow");
  auto shallow = repo::Workspace::open(os.env, dir / "shallow");
  for (const char* text : {"one", "two", "three"}) add(shallow, "a.csv", text);
  project::GcReport report = collect(shallow);
  CHECK(report.store.removed_objects == 1);
  CHECK_FALSE(shallow.store().contains(sha256("one")));
  CHECK(shallow.store().contains(sha256("two")));
  REQUIRE(report.notes.size() == 1);
  CHECK_THAT(report.notes[0], Contains("shallow"));
}

TEST_CASE_METHOD(GcFixture, "max-size goes with no symbolic links into the store") {
  auto workspace = make("w");
  dir.write("w/.mlo/config.yaml", "store:\n  link: [symlink]\n");
  auto again = repo::Workspace::open(os.env, workspace.root());
  project::GcOptions options;
  options.store.max_size = 1;
  CHECK_THAT(error_of([&] { collect(again, options); }).message(), Contains("symbolic links"));
}

TEST_CASE_METHOD(GcFixture, "fsck compares what a pointer says with its object") {
  auto workspace = make("w");
  Digest data = add(workspace, "a.csv", "data");
  dir.write("w/a.csv.mlo", "mlo: 1\ntype: file\ndigest: " + data.text() + "\nsize: 5\n");
  auto report = project::fsck(os.env, workspace);
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].kind == "pointer");
}
