#include "deploy/change.hpp"

#include <algorithm>
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

/// A server that lives and does nothing more (SIGSTOP).
class HungProcesses final : public Processes {
 public:
  explicit HungProcesses(Processes& inner) : inner_(inner) {}
  ProcessId start(const std::vector<std::string>& argv, const std::string& directory,
                  int log) override {
    return inner_.start(argv, directory, log);
  }
  bool alive(const ProcessId& process) override { return inner_.alive(process); }
  void signal(const ProcessId& process, int number) override { inner_.signal(process, number); }
  bool answers(const ProcessId&, const std::string&, uint16_t) override { return false; }

 private:
  Processes& inner_;
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

TEST_CASE("a server that lives but does not answer is replaced") {
  Fixture fixture;
  const auto first = fixture.apply(target_of(1));
  HungProcesses hung(fixture.processes);
  HistoryEntry entry;
  entry.target = target_of(1);
  const auto second =
      change(fixture.test.env, fixture.directory, entry, {hung, {"mlo"}, fixture.dir.path(), 1});
  CHECK(second.kind == Kind::started);
  CHECK(second.server.process != first.server.process);
  CHECK_FALSE(fixture.processes.alive(first.server.process));
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
  const auto undone = fixture.directory.read_desired();
  CHECK(same_service(undone->target, before->target));
  CHECK(undone->generation > before->generation + 1);
  CHECK(read_history(fixture.directory).size() == 1);
  CHECK(fixture.directory.read_server()->target.version == 1);
  CHECK(fixture.apply(target_of(1)).kind == Kind::unchanged);
  CHECK(fixture.apply(target_of(2)).kind == Kind::switched);
}

TEST_CASE("no generation is used twice") {
  Fixture fixture;
  std::vector<int64_t> asked;
  fixture.processes.obstacle = [&](const Target& target) {
    asked.push_back(fixture.directory.read_desired()->generation);
    if (target.settings.port == 80) throw failure("port 80 is in use");
  };
  CHECK_THROWS(fixture.apply(target_of(1, 80)));
  fixture.apply(target_of(1));
  CHECK_THROWS(fixture.apply(target_of(2, 80)));
  CHECK_THROWS(fixture.apply(target_of(3, 80)));
  const auto last = fixture.apply(target_of(2));
  CHECK(last.server.target.version == 2);
  CHECK(std::ranges::adjacent_find(asked, std::ranges::greater_equal{}) == asked.end());
  CHECK(read_history(fixture.directory).back().generation == last.server.generation);
}

TEST_CASE("a changed drain timeout is applied") {
  Fixture fixture;
  Target target = target_of(1);
  fixture.apply(target);
  target.drain_seconds = 5;
  CHECK(fixture.apply(target).kind == Kind::switched);
  CHECK(fixture.directory.read_server()->target.drain_seconds == 5);
}

TEST_CASE("a server that does not say who it is is not taken for none") {
  Fixture fixture;
  fixture.apply(target_of(1));
  posix_files().unlink(fixture.directory.file("server.json"));
  CHECK_FALSE(find_server(fixture.test.env, fixture.directory));
  const auto held = store::FileLock::try_acquire(fixture.directory.file("server.lock"),
                                                 store::LockKind::exclusive);
  CHECK_THROWS_WITH(find_server(fixture.test.env, fixture.directory),
                    Catch::StartsWith("a server still holds"));
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
