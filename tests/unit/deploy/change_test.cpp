#include "deploy/change.hpp"

#include <catch2/catch.hpp>

#include "support/fake_server_processes.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using namespace mlo::deploy;
using namespace mlo::test;

namespace {

struct Fixture {
  Fixture() { directory.create(test.env); }
  ChangeResult apply(Target target) {
    HistoryEntry entry;
    entry.target = std::move(target);
    return change(test.env, directory, entry, {processes, {"mlo"}, dir.path(), 1});
  }
  TempDir dir;
  TestEnv test;
  Directory directory{dir.path(), "web"};
  FakeServerProcesses processes{directory};
};

using Kind = ChangeResult::Kind;

}  // namespace

TEST_CASE("the first apply starts, the same one does nothing, another one switches") {
  Fixture fixture;
  const auto first = fixture.apply(target_of(1));
  CHECK(first.kind == Kind::started);
  CHECK(fixture.apply(target_of(1)).kind == Kind::unchanged);
  const auto second = fixture.apply(target_of(2));
  CHECK(second.kind == Kind::switched);
  CHECK(second.server.process == first.server.process);
  CHECK(fixture.apply(target_of(2, 8081)).kind == Kind::switched);
  const auto history = read_history(fixture.directory);
  REQUIRE(history.size() == 3);
  CHECK(history[1].target.version == 2);
  CHECK(history[1].generation > history[0].generation);
}

TEST_CASE("a server that died is started again") {
  Fixture fixture;
  fixture.apply(target_of(1));
  fixture.processes.crash();
  CHECK(fixture.apply(target_of(1)).kind == Kind::started);
  CHECK(read_history(fixture.directory).size() == 2);
}

TEST_CASE("a change that the server refuses leaves the old state") {
  Fixture fixture;
  fixture.processes.obstacle = [](const Target& target) {
    if (target.settings.port == 80) throw failure("port 80 is in use");
  };
  CHECK_THROWS_WITH(fixture.apply(target_of(1, 80)),
                    "deployment 'web' did not change: port 80 is in use");
  CHECK_FALSE(fixture.directory.read_desired());
  fixture.apply(target_of(1));
  const auto before = fixture.directory.read_desired();
  CHECK_THROWS(fixture.apply(target_of(2, 80)));
  CHECK(fixture.directory.read_desired()->generation == before->generation);
  CHECK(read_history(fixture.directory).size() == 1);
  CHECK(fixture.directory.read_server()->target.version == 1);
  CHECK(fixture.apply(target_of(1)).kind == Kind::unchanged);
  CHECK(fixture.apply(target_of(2)).kind == Kind::switched);
}

TEST_CASE("a rollback walks back through the versions") {
  std::vector<HistoryEntry> history;
  const auto add = [&](int64_t version, HistoryEntry::Action action, int64_t restores = 0) {
    HistoryEntry entry;
    entry.generation = static_cast<int64_t>(history.size()) + 1;
    entry.action = action;
    entry.target = target_of(version);
    entry.restores = restores;
    history.push_back(entry);
  };
  using Action = HistoryEntry::Action;
  CHECK(entry_before(history) == nullptr);
  add(1, Action::apply);
  CHECK(entry_before(history) == nullptr);
  add(2, Action::apply);
  add(2, Action::apply);
  add(3, Action::apply);
  CHECK(entry_before(history)->target.version == 2);
  add(2, Action::rollback, 3);
  CHECK(entry_before(history)->target.version == 1);
  add(1, Action::rollback, 1);
  CHECK(entry_before(history) == nullptr);
  add(3, Action::apply);
  CHECK(entry_before(history)->target.version == 1);
}

TEST_CASE("a torn last line of the history is dropped, a broken one is named") {
  Fixture fixture;
  fixture.apply(target_of(1));
  const std::string file = fixture.directory.file("history");
  const auto append = [&](std::string_view text) {
    auto fd = posix_files().create(file, Create::append, 0666);
    posix_files().write(fd.get(), as_bytes(text), file);
  };
  append("{\"generation\":2,\"at");
  CHECK(read_history(fixture.directory).size() == 1);
  fixture.apply(target_of(2));
  CHECK(read_history(fixture.directory).size() == 2);
  append("{}\n");
  CHECK_THROWS_WITH(read_history(fixture.directory), Catch::Contains("history:3"));
}
