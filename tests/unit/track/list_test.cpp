#include "track/list.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <chrono>
#include <limits>
#include <thread>

#include "base/error.hpp"
#include "format/json.hpp"
#include "support/error_of.hpp"
#include "track/change.hpp"
#include "track/compact.hpp"
#include "track/database.hpp"
#include "track/diff.hpp"
#include "track/index.hpp"
#include "track/roots.hpp"
#include "track/run_segments.hpp"
#include "track_fixture.hpp"

using namespace mlo;
using namespace mlo::track;

namespace {

std::vector<std::string> names(const std::vector<Run>& runs) {
  std::vector<std::string> out;
  for (const auto& run : runs) out.push_back(run.name);
  return out;
}

std::vector<std::string> list(test::TrackFixture& f, const ListOptions& options = {}) {
  return names(list_runs(f.test.env, f.ws(), options));
}

using Names = std::vector<std::string>;

}  // namespace

TEST_CASE("runs are listed latest first, filtered, sorted and limited") {
  test::TrackFixture f;
  CHECK(list(f).empty());
  f.finished("a", 0.1, 0.7);
  f.finished("b", 0.01, 0.9);
  f.finished("c", 0.001, 0.8);
  CHECK(list(f) == Names{"c", "b", "a"});
  CHECK(list(f, {.limit = 2}) == Names{"c", "b"});
  CHECK(list(f, {.sort = "-metrics.val/auc"}) == Names{"b", "c", "a"});
  CHECK(list(f, {.sort = "params.lr", .limit = 1}) == Names{"c"});
  CHECK(list(f, {.filter = "params.lr < 0.05", .limit = 1}) == Names{"c"});
  CHECK(list(f, {.filter = "metrics.val/auc > 0.75 and params.lr >= 0.01"}) == Names{"b"});
}

TEST_CASE("a removed run is hidden, and comes back") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.7);
  RunWriter::append(f.test.env, f.ws(), id).removed(true);
  CHECK(list(f).empty());
  CHECK(list(f, {.removed = true}) == Names{"a"});
  CHECK(load_run(f.test.env, f.ws(), id).removed);
  f.test.clock.advance(1);
  RunWriter::append(f.test.env, f.ws(), id).removed(false);
  CHECK(list(f) == Names{"a"});
}

TEST_CASE("latest is the last of the runs that are shown, to restore the last of the removed") {
  test::TrackFixture f;
  std::vector<std::string> ids;
  for (const char* name : {"a", "b", "c"}) ids.push_back(f.finished(name, 0.1, 0.7));
  CHECK_THROWS_AS(resolve_removed_run(f.test.env, f.ws(), "latest"), Error);
  for (const auto& id : {ids[0], ids[1]}) {
    CHECK(set_removed(f.test.env, f.ws(), id, true).changed);
  }
  CHECK(resolve_run(f.test.env, f.ws(), "latest") == ids[2]);
  CHECK(resolve_removed_run(f.test.env, f.ws(), "run:latest") == ids[1]);
  CHECK(resolve_removed_run(f.test.env, f.ws(), ids[0].substr(0, 12)) == ids[0]);
  CHECK_FALSE(set_removed(f.test.env, f.ws(), ids[2], false).changed);
  f.test.clock.advance(1);
  CHECK_FALSE(set_removed(f.test.env, f.ws(), ids[1], false).run->removed);
}

TEST_CASE("a damaged run hides no other, and can be removed") {
  test::TrackFixture f;
  const std::string bad = f.finished("a", 0.1, 0.7);
  f.finished("b", 0.1, 0.7);
  const std::string log = run_segments(f.ws(), bad).at(0).path;
  std::string bytes = read_file(log);
  bytes[20] = bytes[20] == '0' ? '1' : '0';
  write_file_atomically(posix_files(), log, bytes);
  CHECK(list(f) == Names{"b"});
  REQUIRE(f.test.reporter.warnings.size() == 1);
  CHECK(f.test.reporter.warnings[0].find("run " + bad.substr(0, 8) + " cannot be read: ") == 0);
  const auto report = set_removed(f.test.env, f.ws(), bad, true);
  CHECK(report.changed);
  CHECK_FALSE(report.run);
  CHECK(run_segments(f.ws(), bad).size() == 2);
  // What it refers to is not known: gc must not go on.
  RunRoots roots(f.ws());
  const Error error = test::error_of([&] { roots.roots(f.test.env, [](const store::Root&) {}); });
  CHECK(error.message().find("run " + bad) == 0);
  CHECK(error.hint().find("mlo fsck") != std::string::npos);
}

TEST_CASE("the index gives the same answers as the segments, and knows when it is old") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.7);
  f.test.clock.advance(10'000'000'000);  // past the racy time
  const auto first = list_runs(f.test.env, f.ws(), {});
  {
    Index index(f.test.env, f.ws());
    REQUIRE(index.load().size() == 1);
  }
  const auto second = list_runs(f.test.env, f.ws(), {});
  CHECK(to_json(second.at(0)) == to_json(first.at(0)));
  CHECK(second.at(0).started_at == first.at(0).started_at);  // all nanoseconds

  // It is really read: what only the index says comes out.
  {
    Index index(f.test.env, f.ws());
    auto entry = index.load().at(id);
    entry.record = index.record(id);
    const size_t at = entry.record.find("\"name\":\"a\"");
    REQUIRE(at != std::string::npos);
    entry.record.replace(at, 10, "\"name\":\"z\"");
    index.save({{id, entry}}, {});
  }
  CHECK(list(f) == Names{"z"});
  // A new segment changes the directory: the entry is old, once the kernel's clock has ticked.
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  RunWriter::append(f.test.env, f.ws(), id).tag("k", "v");
  CHECK(list(f) == Names{"a"});
}

TEST_CASE("an index entry that is nonsense is folded anew") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.7);
  f.test.clock.advance(10'000'000'000);
  list(f);
  {
    Index index(f.test.env, f.ws());
    auto entry = index.load().at(id);
    entry.record = "{\"id\": 3}";
    index.save({{id, entry}}, {});
  }
  CHECK(list(f) == Names{"a"});
}

TEST_CASE("no index, a damaged one, a locked one, another version: the list is the same") {
  test::TrackFixture f;
  f.finished("a", 0.1, 0.7);
  f.test.clock.advance(10'000'000'000);
  const std::string path = f.ws().index_db_path();
  SECTION("missing") { CHECK(list(f) == Names{"a"}); }
  SECTION("not a database") {
    f.dir.write(".mlo/index.db", std::string(5000, 'x'));
    CHECK(list(f) == Names{"a"});
    CHECK(list(f) == Names{"a"});
    Index index(f.test.env, f.ws());
    CHECK(index.load().size() == 1);  // made anew
  }
  SECTION("of another version") {
    list(f);
    {
      auto database = Database::open(path, 0);
      REQUIRE(database->run("PRAGMA user_version = 9"));
    }
    CHECK(list(f) == Names{"a"});
    Index index(f.test.env, f.ws());
    CHECK(index.load().size() == 1);
  }
  SECTION("locked by somebody") {
    list(f);
    auto database = Database::open(path, 0);
    REQUIRE(database->run("BEGIN EXCLUSIVE"));
    CHECK(list(f) == Names{"a"});
  }
  SECTION("damaged inside") {
    list(f);
    std::string bytes = read_file(path);
    for (size_t at = 200; at < bytes.size(); ++at) bytes[at] = '\x5a';
    f.dir.write(".mlo/index.db", bytes);
    CHECK(list(f) == Names{"a"});
    CHECK(list(f) == Names{"a"});
  }
  SECTION("a directory in its place") {
    make_directories(f.test.env.files, path);
    CHECK(list(f) == Names{"a"});
  }
}

TEST_CASE("vanished runs leave the index") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.7);
  f.test.clock.advance(10'000'000'000);
  list(f);
  remove_tree(f.test.env.files, run_directory(f.ws(), id));
  CHECK(list(f).empty());
  Index index(f.test.env, f.ws());
  CHECK(index.load().empty());
}

TEST_CASE("runs differ in what differs") {
  test::TrackFixture f;
  const Run a = load_run(f.test.env, f.ws(), f.finished("a", 0.1, 0.7));
  const Run b = load_run(f.test.env, f.ws(), f.finished("b", 0.2, 0.7));
  const auto diff = diff_runs(a, b);
  REQUIRE(diff.differences.size() == 1);
  CHECK(diff.differences[0].section == "params");
  CHECK(diff.differences[0].key == "lr");
  CHECK(diff.differences[0].a == format::Value(0.1));
  const auto all = diff_runs(a, b, {.all = true});
  CHECK(all.differences.size() > 2);
  CHECK(to_json(diff)["differences"].size() == 1);
}

TEST_CASE("a metric that diverged in both runs is no difference") {
  test::TrackFixture f;
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const Run a = load_run(f.test.env, f.ws(), f.finished("a", 0.1, nan));
  const Run b = load_run(f.test.env, f.ws(), f.finished("b", 0.1, nan));
  CHECK(diff_runs(a, b).differences.empty());
  const Run c = load_run(f.test.env, f.ws(), f.finished("c", 0.1, 0.7));
  CHECK(diff_runs(a, c).differences.size() == 1);
}
