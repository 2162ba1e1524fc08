#include "data/ingest.hpp"

#include <catch2/catch.hpp>

#include "data_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

data::OpenedInput open_input(DataFixture& fixture, const std::string& text) {
  repo::Workspace workspace = fixture.open();
  return data::open_input(fixture.test.env, workspace, repo::parse_reference(text));
}

}  // namespace

TEST_CASE("inputs are kept without a pointer, and named as they should be recorded") {
  DataFixture fixture;
  TempDir outside;
  fixture.dir.write("data/train.csv", "a\n");
  fixture.dir.write("images/1", "x");
  outside.write("far.csv", "far");
  repo::Workspace workspace = fixture.open();
  data::Ingested file = data::ingest(fixture.test.env, workspace, "data/train.csv");
  CHECK(file.name == "data/train.csv");
  CHECK(file.digest == sha256(std::string_view("a\n")));
  CHECK(workspace.store().read(file.digest) == "a\n");
  CHECK_FALSE(exists(fixture.dir / "data/train.csv.mlo"));
  data::Ingested tree = data::ingest(fixture.test.env, workspace, fixture.dir / "images");
  CHECK(tree.name == "images");
  CHECK(tree.is_tree);
  CHECK(data::fingerprint(fixture.test.env, workspace, "images").digest == tree.digest);
  data::Ingested far = data::ingest(fixture.test.env, workspace, outside / "far.csv");
  CHECK(far.name == outside / "far.csv");
  CHECK(far.digest == sha256(std::string_view("far")));
  posix_files().symlink(outside / "far.csv", fixture.dir / "link.csv");
  data::Ingested link = data::ingest(fixture.test.env, workspace, "link.csv");
  CHECK(link.name == "link.csv");
  CHECK(link.digest == far.digest);
  fixture.dir.write("data/train.csv", "b\n");
  CHECK(data::fingerprint(fixture.test.env, workspace, "data/train.csv").digest != file.digest);
  CHECK(error_of([&] { data::ingest(fixture.test.env, workspace, "none"); }).code() == Exit::usage);
}

TEST_CASE("inputs are opened from work tree, store, git and by digest") {
  DataFixture fixture(true);
  fixture.dir.write("f.csv", "first");
  fixture.dir.write("d/sub/x", "inside");
  fixture.dir.write("plain.txt", "in git");
  fixture.add({"f.csv", "d"});
  fixture.git("add .");
  fixture.git("commit -qm one");
  fixture.dir.write("f.csv", "second");
  CHECK(open_input(fixture, "f.csv").bytes == "second");
  fixture.remove("f.csv");
  fixture.remove("d");
  CHECK(open_input(fixture, "f.csv").bytes == "first");
  CHECK(open_input(fixture, "d/sub/x").bytes == "inside");
  data::OpenedInput old = open_input(fixture, "git:HEAD:f.csv");
  CHECK(old.bytes == "first");
  CHECK(old.digest == sha256(std::string_view("first")));
  CHECK(old.name == "git:" + fixture.git("rev-parse HEAD").substr(0, 40) + ":f.csv");
  CHECK(open_input(fixture, "git:main:d/sub/x").bytes == "inside");
  CHECK(open_input(fixture, "git:HEAD:plain.txt").bytes == "in git");
  std::string hex = sha256(std::string_view("inside")).hex();
  CHECK(open_input(fixture, "sha256:" + hex.substr(0, 8)).bytes == "inside");
  for (const char* bad : {"none.csv", "d", "git:HEAD:none", "git:nope:f.csv", "sha256:00000000",
                          "run:latest", "d/sub/none"}) {
    INFO(bad);
    CHECK(error_of([&] { open_input(fixture, bad); }).code() == Exit::usage);
  }
}
