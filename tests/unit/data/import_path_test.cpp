// data get, import and update between repositories; faults on the way. Messages: tests/cli.
#include "data/import_path.hpp"

#include <cstdlib>

#include "data/get.hpp"
#include "data/pointers.hpp"
#include "remote/push.hpp"
#include "unit/data/data_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

/// A workspace `dir/ws`, and beside it a workspace `dir/src` with a tracked directory of small and large
/// files, committed.
struct Fixture {
  TempDir dir;
  TestEnv test;
  std::string large = std::string(300'000, 'L');

  Fixture() {
    test.variables.values["XDG_CACHE_HOME"] = dir / "cache";
    for (const char* name : {"src", "ws"}) {
      make_directories(posix_files(), dir / name);
      git_init(dir / name);
      repo::init(test.env, dir / name);
    }
    dir.write("src/d/a", "one\n");
    dir.write("src/d/sub/large", large);
    dir.write("src/plain", "text\n");
    commit("one");
  }
  repo::Workspace open(const std::string& name) {
    return repo::Workspace::open(test.env, dir / name);
  }
  std::string src(const std::string& arguments) { return git_in(dir / "src", arguments); }
  void commit(const std::string& message) {
    test.clock.set(system_clock().now() + 10'000'000'000);
    repo::Workspace workspace = open("src");
    data::add(test.env, workspace, {.paths = {"d"}});
    src("add -A");
    src("commit -qm " + message);
  }
  data::ImportReport import(const std::string& url, const std::string& path) {
    repo::Workspace workspace = open("ws");
    return data::import_path(test.env, workspace, {.asked = {url, path, ""}});
  }
  data::ImportReport update(bool force = false) {
    repo::Workspace workspace = open("ws");
    return data::update(test.env, workspace, {.force = force});
  }
  std::string url() const { return "file://" + dir / "src"; }
};

/// Two files, or two directories.
bool same(const std::string& a, const std::string& b) {
  return std::system(("diff -r '" + a + "' '" + b + "' >&2").c_str()) == 0;
}

}  // namespace

TEST_CASE("what is imported from a directory is there, tracked, and follows its source") {
  Fixture fixture;
  const std::string path = GENERATE("d", "d/sub", "plain");
  CAPTURE(path);
  const data::ImportReport report = fixture.import("../src", path);
  REQUIRE(report.paths.size() == 1);
  const std::string name(file_name(path));
  CHECK(report.paths[0].file.state == data::State::added);
  CHECK(report.paths[0].source.url == "../src");
  CHECK(same(fixture.dir / "ws/" + name, fixture.dir / "src/" + path));
  {
    repo::Workspace workspace = fixture.open("ws");
    CHECK(data::status(fixture.test.env, workspace, {}).clean());
  }
  CHECK(fixture.update().paths[0].file.state == data::State::unchanged);
  fixture.dir.write("src/d/sub/large", "small now\n");
  fixture.dir.write("src/plain", "other text\n");
  fixture.commit("two");
  CHECK(fixture.update().paths[0].file.state == data::State::updated);
  CHECK(same(fixture.dir / "ws/" + name, fixture.dir / "src/" + path));
}

TEST_CASE("a clone's data comes from the remotes that its mlo.yaml names") {
  Fixture fixture;
  const std::string path = GENERATE("d", "d/sub", "d/sub/large");
  CAPTURE(path);
  fixture.dir.write("src/mlo.yaml",
                    "remotes:\n  origin:\n    url: " + fixture.dir / "remote" + "\n");
  fixture.commit("remote");
  CHECK(message_of([&] { fixture.import(fixture.url(), path); }).find("in none of its remotes") !=
        std::string::npos);
  CHECK_FALSE(exists(fixture.dir / "ws/" + std::string(file_name(path)) + ".mlo"));
  {
    repo::Workspace workspace = fixture.open("src");
    remote::RemoteConfig config;
    config.name = "origin";
    config.url = config.directory = fixture.dir / "remote";
    auto remote = remote::Remote::open(fixture.test.env, config, fixture.dir / "push-cache",
                                       remote::OpenRemote::create);
    const data::Tracked tracked = *data::pointer_for(workspace, "d");
    remote::PushOptions push;
    push.certifies = "commit " + std::string(trimmed(fixture.src("rev-parse HEAD")));
    push.roots = {{tracked.pointer.digest, store::RootKind::tree, "d.mlo"}};
    remote::push(fixture.test.env, workspace.store(), *remote, push);
  }
  fixture.import(fixture.url(), path);
  const std::string name(file_name(path));
  CHECK(same(fixture.dir / "ws/" + name, fixture.dir / "src/" + path));
  data::get(fixture.test.env,
            {.asked = {fixture.url(), path, ""}, .out = "got", .directory = fixture.dir.path()});
  CHECK(same(fixture.dir / "got", fixture.dir / "src/" + path));
}

TEST_CASE("an update over data that was changed here leaves the old state, unless forced") {
  Fixture fixture;
  fixture.import("../src", "d");
  const std::string before = read_file(fixture.dir / "ws/d.mlo");
  fixture.dir.write("src/d/a", "two\n");
  fixture.commit("two");
  fixture.dir.write("ws/d/a", "mine\n");
  CHECK(message_of([&] { fixture.update(); }).find("was changed here") != std::string::npos);
  CHECK(read_file(fixture.dir / "ws/d.mlo") == before);
  CHECK(read_file(fixture.dir / "ws/d/a") == "mine\n");
  fixture.update(true);
  CHECK(read_file(fixture.dir / "ws/d/a") == "two\n");
}

TEST_CASE("data that was changed here and added has no source any more") {
  Fixture fixture;
  fixture.import("../src", "plain");
  fixture.dir.write("ws/plain", "mine\n");
  repo::Workspace workspace = fixture.open("ws");
  data::add(fixture.test.env, workspace, {.paths = {"plain"}});
  CHECK(fixture.update().paths.empty());
  CHECK(message_of([&] {
          data::update(fixture.test.env, workspace, {.paths = {"plain"}});
        }).find("was not imported") != std::string::npos);
}
