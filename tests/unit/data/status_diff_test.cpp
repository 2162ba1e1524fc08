#include <fcntl.h>

#include <catch2/catch.hpp>

#include "data/diff.hpp"
#include "data/list.hpp"
#include "data_fixture.hpp"
#include "format/json.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

DataFixture& with_data(DataFixture& fixture) {
  fixture.dir.write("d/a", "a");
  fixture.dir.write("d/b", "b");
  fixture.dir.write("d/sub/c", "c");
  fixture.dir.write("f.csv", "f");
  fixture.add({"d", "f.csv"});
  return fixture;
}

}  // namespace

TEST_CASE("status names every kind of change, file by file") {
  DataFixture fixture;
  with_data(fixture);
  CHECK(fixture.status().clean());
  fixture.dir.write("d/a", "changed");
  fixture.dir.write("d/new", "new");
  REQUIRE(::chmod((fixture.dir / "d/b").c_str(), 0755) == 0);
  fixture.remove("d/sub/c");
  fixture.dir.write("d/moved", "c");
  fixture.remove("f.csv");
  data::StatusReport report = fixture.status();
  CHECK(lines(report.files) ==
        "modified d/a\nmodified d/b\nrenamed d/sub/c -> d/moved\nadded d/new\n"
        "deleted f.csv\n");
  CHECK(report.pointers == 2);
  CHECK(lines(fixture.status({"d/a"}).files) == "modified d/a\n");
  CHECK(lines(fixture.status({"f.csv"}).files) == "deleted f.csv\n");
  CHECK(lines(fixture.status({"f.csv.mlo"}).files) == "deleted f.csv\n");
  CHECK(error_of([&] { fixture.status({"none"}); }).code() == Exit::usage);
}

TEST_CASE("a directory that is gone is one line, and says whether it can come back") {
  DataFixture fixture;
  with_data(fixture);
  fixture.remove("d");
  CHECK(lines(fixture.status().files) == "deleted d\n");
  fixture.remove(".mlo/store");
  CHECK(lines(fixture.status().files) == "missing d\n");
}

TEST_CASE("a file of the same size and time is still found changed") {
  DataFixture fixture;
  with_data(fixture);
  fixture.later();
  fixture.status();
  auto before = stat_of(fixture.dir / "f.csv");
  struct timespec times[2] = {before->st_atim, before->st_mtim};
  // Only the time of change tells, once the kernel's clock has ticked.
  do {
    fixture.dir.write("f.csv", "g");
    REQUIRE(::utimensat(AT_FDCWD, (fixture.dir / "f.csv").c_str(), times, 0) == 0);
  } while (stat_of(fixture.dir / "f.csv")->st_ctim.tv_nsec == before->st_ctim.tv_nsec);
  CHECK(lines(fixture.status().files) == "modified f.csv\n");
}

TEST_CASE("a pointer that cannot be read is an error with a position") {
  DataFixture fixture;
  with_data(fixture);
  fixture.dir.write("f.csv.mlo", "mlo: 1\ntype: fiel\n");
  Error error = error_of([&] { fixture.status(); });
  CHECK(error.message().find("f.csv.mlo:2:7") != std::string::npos);
  CHECK(error.code() == Exit::failure);
}

TEST_CASE("diff of commits, of a commit and the work tree, of pointers and the work tree") {
  DataFixture fixture(true);
  with_data(fixture);
  fixture.git("add .");
  fixture.git("commit -qm one");
  fixture.dir.write("d/a", "changed");
  fixture.remove("d/b");
  fixture.add({"d"});
  fixture.dir.write("g", "g");
  fixture.add({"g"});
  fixture.remove("f.csv.mlo");
  fixture.git("add -A");
  fixture.git("commit -qm two");
  CHECK(lines(fixture.diff({"HEAD~1", "HEAD"}).files) ==
        "modified d/a\ndeleted d/b\ndeleted f.csv\nadded g\n");
  CHECK(lines(fixture.diff({"HEAD", "HEAD~1"}).files) ==
        "modified d/a\nadded d/b\nadded f.csv\ndeleted g\n");
  CHECK(lines(fixture.diff({"HEAD~1", "HEAD", "d/b", "g"}).files) == "deleted d/b\nadded g\n");
  CHECK(fixture.diff({"HEAD", "HEAD"}).files.empty());
  CHECK(fixture.diff().files.empty());
  fixture.dir.write("d/sub/c", "edited");
  CHECK(lines(fixture.diff().files) == "modified d/sub/c\n");
  data::DiffReport since = fixture.diff({"HEAD~1"});
  CHECK(lines(since.files) == "modified d/a\ndeleted d/b\nmodified d/sub/c\nadded g\n");
  CHECK(since.from.size() == 40);
  CHECK(since.to.empty());
  Error unknown = error_of([&] { fixture.diff({"nope"}); });
  CHECK(unknown.message().find("unknown revision 'nope'") != std::string::npos);
}

TEST_CASE("without git a revision is a clear error, and paths still work") {
  DataFixture fixture;
  with_data(fixture);
  CHECK(fixture.diff({"d"}).files.empty());
  CHECK(message_of([&] { fixture.diff({"HEAD"}); }).find("need a git repository") !=
        std::string::npos);
}

TEST_CASE("an unborn HEAD and a detached one") {
  DataFixture fixture(true);
  with_data(fixture);
  CHECK(fixture.status().clean());
  CHECK(error_of([&] { fixture.diff({"HEAD"}); }).code() == Exit::usage);
  fixture.git("add .");
  fixture.git("commit -qm one");
  fixture.git("checkout -q --detach");
  CHECK(fixture.diff({"HEAD"}).files.empty());
}

TEST_CASE("list shows pointers, or the files in them") {
  DataFixture fixture;
  with_data(fixture);
  repo::Workspace workspace = fixture.open();
  auto pointers = data::list(fixture.test.env, workspace, {}).entries;
  REQUIRE(pointers.size() == 2);
  CHECK(pointers[0].file.path == "d");
  CHECK(pointers[0].files == 3);
  CHECK(pointers[1].file.state == data::State::stored);
  auto files = data::list(fixture.test.env, workspace, {.paths = {"d"}, .recursive = true}).entries;
  REQUIRE(files.size() == 3);
  CHECK(files[2].file.path == "d/sub/c");
}

TEST_CASE("the JSON of a file has the shape of the design") {
  data::FileState file{"d/\xFFx", data::State::modified, sha256(std::string_view("x")), 1, {}};
  CHECK(format::compact_json(data::to_json(file)) ==
        R"({"path":"d/\\xFFx","path_base64":"ZC//eA==","state":"modified","digest":")" +
            sha256(std::string_view("x")).text() + R"(","size":1})");
}
