#include "track/run_writer.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <thread>

#include "base/error.hpp"
#include "format/json.hpp"
#include "support/faulty_files.hpp"
#include "support/git_repo.hpp"
#include "track/compact.hpp"
#include "track/fold.hpp"
#include "track/roots.hpp"
#include "track/run_segments.hpp"
#include "track_fixture.hpp"

using namespace mlo;
using namespace mlo::track;
using format::Value;

namespace {

std::string hint_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    CHECK(error.code() == Exit::usage);
    return error.message() + " | " + error.hint();
  }
  return "";
}

}  // namespace

TEST_CASE("a run is what was logged") {
  test::TrackFixture f;
  RunStart start;
  start.experiment = "vocabulary";
  start.command = {"mlo", "train", "vocabulary"};
  start.params = {{"lr", Value(0.01)}, {"model.hidden", Value(Value::Array{32, 16})}};
  start.tags = {{"kind", "baseline"}};
  auto writer = RunWriter::start(f.test.env, f.ws(), start);
  CHECK(load_run(f.test.env, f.ws(), writer.id()).status == Status::running);
  for (int step = 1; step <= 3; ++step) writer.metric("val/auc", step, 0.5 + 0.1 * step);
  writer.metric("loss", 1, std::nan(""));
  writer.metric("loss", 2, 0.25);
  writer.param("lr", Value(0.02));
  writer.untag("kind");
  writer.tag("owner", "ann");
  const Digest digest = sha256("model");
  writer.output("model.pt", digest, 5);
  writer.model(digest);
  writer.environment(Value::object().set("threads", 2));
  f.test.clock.advance(1500);
  writer.finish(Status::finished);
  CHECK_THROWS_AS(writer.metric("late", 1, 1), Error);

  const Run run = load_run(f.test.env, f.ws(), writer.id());
  CHECK(run.status == Status::finished);
  CHECK(run.name == writer.name());
  CHECK(run.experiment == "vocabulary");
  CHECK(run.ended_at == run.started_at + 1500);
  CHECK_FALSE(run.user.empty());
  CHECK_FALSE(run.host.empty());
  CHECK(run.params.size() == 2);
  CHECK(*run.param("lr") == Value(0.02));
  CHECK(run.tags == std::vector<std::pair<std::string, std::string>>{{"owner", "ann"}});
  CHECK(run.metric("val/auc")->last == 0.8);
  CHECK(run.metric("val/auc")->min == 0.6);
  CHECK(run.metric("loss")->min == 0.25);
  CHECK(run.metric("loss")->max == 0.25);
  CHECK(run.metric("none") == nullptr);
  CHECK(run.model == digest);

  const auto series = load_series(f.test.env, f.ws(), "latest");
  REQUIRE(series.size() == 2);
  CHECK(series[1].key == "val/auc");
  CHECK(series[1].points.at(2).step == 3);
}

TEST_CASE("the JSON of a run has the one shape, and reads back") {
  test::TrackFixture f;
  const Run run = load_run(f.test.env, f.ws(), f.finished("a", 0.1, 0.9));
  const Value json = to_json(run);
  std::vector<std::string> keys;
  for (const auto& member : json.as_object()) keys.push_back(member.key);
  for (const char* key : {"id", "name", "experiment", "parent", "status", "user", "host", "command",
                          "started_at", "ended_at", "commit", "dirty", "tags", "params", "inputs",
                          "outputs", "metrics", "model", "environment"}) {
    CAPTURE(key);
    CHECK(std::find(keys.begin(), keys.end(), key) != keys.end());
  }
  CHECK(json["parent"].is_null());
  CHECK(json["metrics"]["val/auc"]["count"].as_int() == 1);
  CHECK(to_json(run_from_json(json, "x")) == json);
}

TEST_CASE("a run whose process was killed shows as died") {
  test::TrackFixture f;
  const pid_t child = ::fork();
  if (child == 0) {
    auto writer = RunWriter::start(f.test.env, f.ws(), {});
    writer.metric("loss", 1, 0.5);
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  REQUIRE(WIFSIGNALED(status));
  const Run run = load_run(f.test.env, f.ws(), "latest");
  CHECK(run.status == Status::died);
  CHECK_FALSE(run.ended_at);
  CHECK(run.metric("loss")->last == 0.5);  // process-safe: nothing that was logged is lost
}

TEST_CASE("threads may log to one run") {
  test::TrackFixture f;
  auto writer = RunWriter::start(f.test.env, f.ws(), {});
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 500; ++i) writer.metric("m" + std::to_string(t % 2), i, t);
    });
  }
  for (auto& thread : threads) thread.join();
  writer.finish(Status::finished);
  const Run run = load_run(f.test.env, f.ws(), writer.id());
  CHECK(run.metric("m0")->count == 1000);
  CHECK(run.metric("m1")->count == 1000);
}

TEST_CASE("a finished run is tagged through a segment of its own") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.9);
  auto late = RunWriter::append(f.test.env, f.ws(), id);
  late.tag("verdict", "good");
  CHECK(load_run(f.test.env, f.ws(), id).status == Status::finished);
  late.close();
  CHECK(run_segments(f.ws(), id).size() == 2);
  CHECK(load_run(f.test.env, f.ws(), id).tags.at(0).second == "good");
}

TEST_CASE("a clock that is set back does not reorder events") {
  test::TrackFixture f;
  auto writer = RunWriter::start(f.test.env, f.ws(), {});
  writer.param("a", "first");
  f.test.clock.advance(-test::kDay);
  writer.param("a", "second");
  writer.finish(Status::finished);
  const Run run = load_run(f.test.env, f.ws(), writer.id());
  CHECK(run.param("a")->as_string() == "second");
  CHECK(run.ended_at >= run.started_at);
}

TEST_CASE("the fold does not depend on the order in which segments are found") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.9);
  for (int i = 0; i < 4; ++i) {
    auto writer = RunWriter::append(f.test.env, f.ws(), id);
    writer.tag("who", std::to_string(i));  // all at the same time: the writer id decides
    writer.metric("val/auc", 1, i);
    writer.close();
  }
  RunEvents events = read_run(f.ws(), id);
  const std::string record = format::canonical_json(to_json(*fold_run(id, events)));
  std::sort(events.segments.begin(), events.segments.end(),
            [](const auto& a, const auto& b) { return a.writer > b.writer; });
  CHECK(format::canonical_json(to_json(*fold_run(id, events))) == record);
}

TEST_CASE("ids: unique prefix, latest, unknown, ambiguous") {
  test::TrackFixture f;
  CHECK(hint_of([&] { load_run(f.test.env, f.ws(), "latest"); }) ==
        "there is no run yet | train one: mlo train");
  std::vector<std::string> ids;
  for (int i = 0; i < 3; ++i) {
    ids.push_back(f.finished("a", 0.1, 0.9));
    f.test.clock.advance(1000);
  }
  CHECK(resolve_run(f.test.env, f.ws(), "latest") == ids[2]);
  CHECK(resolve_run(f.test.env, f.ws(), "run:latest") == ids[2]);
  CHECK(resolve_run(f.test.env, f.ws(), ids[1].substr(0, 10)) == ids[1]);
  CHECK(hint_of([&] { resolve_run(f.test.env, f.ws(), "zzzz"); }).find("there is no run 'zzzz'") ==
        0);
  CHECK(hint_of([&] { resolve_run(f.test.env, f.ws(), ""); }) != "");
  // Two directories that share twelve digits.
  const std::string one = "abcdef012345" + std::string(20, '0');
  const std::string two = "abcdef012345" + std::string(20, '1');
  for (const auto& id : {one, two}) make_directories(f.test.env.files, run_directory(f.ws(), id));
  const std::string hint = hint_of([&] { resolve_run(f.test.env, f.ws(), "abcdef"); });
  CHECK(hint == "run 'abcdef' is ambiguous: 2 runs begin so | candidates: " + one + ", " + two);
  try {
    load_run(f.test.env, f.ws(), one);
    FAIL("a run without a start was loaded");
  } catch (const Error& error) {
    CHECK(error.code() == Exit::failure);
  }
}

TEST_CASE("keys must be text") {
  test::TrackFixture f;
  auto writer = RunWriter::start(f.test.env, f.ws(), {});
  CHECK_THROWS_AS(writer.metric("", 1, 1), Error);
  CHECK_THROWS_AS(writer.param("\xff", 1), Error);
  writer.metric("größe", 1, 1);
  writer.finish(Status::failed, "the disk is full");
  const Run run = load_run(f.test.env, f.ws(), writer.id());
  CHECK(run.status == Status::failed);
  CHECK(run.message == "the disk is full");
  CHECK(run.metrics.size() == 1);
}

TEST_CASE("long runs are synced every five seconds, not at every point") {
  test::TempDir dir;
  test::TestEnv plain;
  repo::init(plain.env, dir.path());
  test::FaultyFiles files(posix_files(), test::Fault::none, 0);
  test::TestEnv test(files);
  auto workspace = repo::Workspace::open(test.env, dir.path());
  auto writer = RunWriter::start(test.env, workspace, {});
  writer.metric("loss", 0, 1);
  uint64_t before = files.calls();
  for (int i = 1; i <= 10; ++i) writer.metric("loss", i, 1);
  CHECK(files.calls() - before == 10);  // one write each
  test.clock.advance(6'000'000'000);
  before = files.calls();
  writer.metric("loss", 11, 1);
  writer.metric("loss", 12, 1);
  CHECK(files.calls() - before == 3);  // and one sync
  writer.finish(Status::finished);
}

TEST_CASE("compaction moves closed segments into the store and changes no record") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.9);
  auto late = RunWriter::append(f.test.env, f.ws(), id);
  late.tag("still", "open");
  const Value before = to_json(load_run(f.test.env, f.ws(), id));
  const auto report = compact_run(f.test.env, f.ws(), id);
  CHECK(report.segments == 1);
  CHECK(to_json(load_run(f.test.env, f.ws(), id)) == before);
  const auto places = run_segments(f.ws(), id);
  REQUIRE(places.size() == 2);
  CHECK(places[0].object.has_value() != places[1].object.has_value());
  late.close();
  CHECK(compact_run(f.test.env, f.ws(), id).segments == 1);
  CHECK(compact_run(f.test.env, f.ws(), id).segments == 0);
  CHECK(to_json(load_run(f.test.env, f.ws(), id)) == before);
  CHECK_FALSE(exists(run_directory(f.ws(), id) + "/" + places[0].writer + ".log"));
  // And it can still be tagged.
  auto after = RunWriter::append(f.test.env, f.ws(), id);
  after.tag("after", "compaction");
  after.close();
  CHECK(load_run(f.test.env, f.ws(), id).tags.size() == 2);
}

TEST_CASE("all runs are compacted, but not what is still written") {
  test::TrackFixture f;
  f.finished("a", 0.1, 0.9);
  f.finished("b", 0.1, 0.9);
  auto running = RunWriter::start(f.test.env, f.ws(), {});
  const auto report = compact_runs(f.test.env, f.ws());
  CHECK(report.runs == 2);
  CHECK(report.segments == 2);
  CHECK(compact_runs(f.test.env, f.ws()).runs == 0);
  running.metric("loss", 1, 1);
  CHECK(load_run(f.test.env, f.ws(), running.id()).status == Status::running);
}

namespace {

/// What fsck's checker of runs says.
struct Problems final : store::FsckSink {
  void problem(store::FsckProblem problem) override { kinds.push_back(problem.kind); }
  void expect(const store::Root&) override {}
  std::vector<std::string> kinds;
};

}  // namespace

TEST_CASE("a segment that is damaged in the middle is reported and not compacted") {
  test::TrackFixture f;
  const std::string id = f.finished("a", 0.1, 0.9);
  const std::string log = run_segments(f.ws(), id).at(0).path;
  std::string bytes = read_file(log);
  const bool torn = GENERATE(false, true);
  if (torn) {
    bytes.resize(bytes.size() - 3);
  } else {
    char& byte = bytes[bytes.size() / 2];
    byte = static_cast<char>(byte ^ 0x10);
  }
  write_file_atomically(posix_files(), log, bytes);
  Problems problems;
  RunChecker(f.ws()).check(f.test.env, problems);
  CHECK(problems.kinds ==
        (torn ? std::vector<std::string>{} : std::vector<std::string>{"damaged"}));
  CHECK(compact_run(f.test.env, f.ws(), id).segments == (torn ? 1 : 0));
  CHECK(exists(log) != torn);
  CHECK(f.test.reporter.warnings.size() == (torn ? 0 : 1));
}

TEST_CASE("large untracked files are kept with a dirty run") {
  test::TrackFixture f;
  test::git_init(f.dir.path());
  auto workspace = repo::Workspace::open(f.test.env, f.dir.path());
  const std::string content(size_t{11} << 20, 'x');
  f.dir.write("large.bin", content);
  auto writer = RunWriter::start(f.test.env, workspace, {});
  writer.finish(Status::finished);
  CHECK(f.test.reporter.warnings.empty());
  CHECK(load_run(f.test.env, workspace, writer.id()).dirty);
  const Digest digest = sha256(content);
  CHECK(workspace.store().contains(digest));
  size_t found = 0;
  RunRoots(workspace).roots(f.test.env,
                            [&](const store::Root& root) { found += root.digest == digest; });
  CHECK(found == 1);
}
