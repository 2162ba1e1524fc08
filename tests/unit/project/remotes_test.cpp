// Push, fetch and gc of a remote between workspaces, clones and their histories.
#include <catch2/catch.hpp>

#include "project/fetch.hpp"
#include "project/push.hpp"
#include "project/remote_gc.hpp"
#include "project/remotes.hpp"
#include "support/error_of.hpp"
#include "unit/project/project_fixture.hpp"

using namespace mlo;
using namespace mlo::test;
using Catch::Matchers::Contains;

namespace {

struct RemoteFixture : ProjectFixture {
  RemoteFixture() { os.clock.set(system_clock().now() + 10'000'000'000); }
  void add_remote(repo::Workspace& workspace) {
    make_directories(posix_files(), dir / "remote");
    project::RemoteAddOptions options;
    options.name = "origin";
    options.url = dir / "remote";
    options.directory = workspace.root();
    project::add_remote(os.env, workspace, options);
  }
  repo::Workspace clone(const repo::Workspace& of, const std::string& name,
                        const std::string& options = "") {
    git_in(dir.path(), "clone -q " + options + " 'file://" + of.root() + "' " + name);
    return repo::Workspace::open(os.env, dir / name);
  }
  repo::Workspace make_with_remote(const std::string& name) {
    auto workspace = make(name);
    add_remote(workspace);
    return repo::Workspace::open(os.env, workspace.root());
  }
  std::vector<std::string> push(repo::Workspace& workspace,
                                const project::PushOptions& options = {}) {
    std::vector<std::string> certified;
    for (const auto& pushed : project::push(os.env, workspace, options).pushed) {
      certified.push_back(pushed.certifies);
    }
    return certified;
  }
  project::RemoteGcReport collect(repo::Workspace& workspace,
                                  project::RemoteGcOptions options = {}) {
    os.clock.advance(30 * kDay);
    options.act = true;
    project::remote_gc(os.env, workspace, options);
    os.clock.advance(30 * kDay);
    return project::remote_gc(os.env, workspace, options);
  }
};

}  // namespace

TEST_CASE_METHOD(RemoteFixture, "two workspaces of one repository push the same commit") {
  make_directories(posix_files(), dir / "r");
  git_init(dir / "r");
  for (const char* name : {"r/a", "r/b"}) {
    make_directories(posix_files(), dir / name);
    repo::init(os.env, dir / name);
    auto workspace = repo::Workspace::open(os.env, dir / name);
    add_remote(workspace);
    add(workspace, "x.csv", std::string("of ") + name);
  }
  auto a = repo::Workspace::open(os.env, dir / "r/a"),
       b = repo::Workspace::open(os.env, dir / "r/b");
  commit(a);
  const std::string head = "commit " + a.git()->resolve("HEAD");
  CHECK(push(a) == std::vector{head});
  // The manifest of the commit is there and says nothing of b: b's data must not hide behind it.
  const std::vector<std::string> of_b = push(b);
  REQUIRE(of_b.size() == 1);
  CHECK_THAT(of_b[0], Catch::StartsWith("roots "));
  CHECK(push(b) == of_b);
  for (const char* name : {"a", "b"}) {
    git_in(dir.path(), "clone -q r " + std::string("clone-") + name);
    auto workspace =
        repo::Workspace::open(os.env, dir / ("clone-" + std::string(name) + "/" + name));
    CHECK(project::fetch(os.env, workspace, {}).result.missing.empty());
    CHECK(workspace.store().contains(sha256(std::string("of r/") + name)));
  }
}

TEST_CASE_METHOD(RemoteFixture, "push --all certifies no commit of which something is lost") {
  auto origin = make_with_remote("origin");
  add(origin, "a.csv", "lost");
  add(origin, "b.csv", "kept");
  commit(origin);
  git_in(origin.root(), "branch old");
  const std::string old = origin.git()->resolve("old");
  add(origin, "a.csv", "new");
  commit(origin);
  remove_tree(posix_files(), origin.store_path());
  auto poorer = repo::Workspace::open(os.env, origin.root());
  add(poorer, "a.csv", "new");
  add(poorer, "b.csv", "kept");
  project::PushOptions everything;
  everything.all = true;
  const std::vector<std::string> certified = push(poorer, everything);
  CHECK(std::ranges::count(certified, "commit " + origin.git()->resolve("HEAD")) == 1);
  CHECK(std::ranges::count(certified, "commit " + old) == 0);
  REQUIRE(os.reporter.warnings.size() >= 1);
  CHECK_THAT(os.reporter.warnings[0], Contains("neither here nor in the remote"));
}

TEST_CASE_METHOD(RemoteFixture,
                 "gc of a remote in a shallow clone keeps what lies behind its boundary") {
  auto origin = make_with_remote("origin");
  for (const char* text : {"one", "two", "three"}) {
    add(origin, "a.csv", text);
    commit(origin);
    push(origin);
  }
  auto shallow = clone(origin, "shallow", "--depth 1");
  project::RemoteGcReport report = collect(shallow);
  CHECK(report.result.dropped_manifests.empty());
  CHECK(report.unknown_manifests == 2);
  project::RemoteGcOptions drop;
  drop.drop_unknown = true;
  CHECK(error_of([&] { collect(shallow, drop); }).code() == Exit::usage);

  // The whole history of another clone knows them: kept by it, dropped when only tips are asked for.
  auto whole = clone(origin, "whole");
  CHECK(collect(whole).result.dropped_manifests.empty());
  os.clock.advance(30 * kDay);
  project::RemoteGcOptions tips;
  tips.keep = {"tips"};
  tips.act = true;
  CHECK(project::remote_gc(os.env, whole, tips).result.dropped_manifests.size() == 2);
  auto last = clone(origin, "last");
  CHECK(project::fetch(os.env, last, {}).result.missing.empty());
}
