#include "data/dvc_export.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "dvc_fixture.hpp"

using namespace mlo;
using namespace mlo::data;
using namespace mlo::test;

namespace {

DvcExportReport export_all(DvcFixture& fixture, DvcExportOptions options = {}) {
  repo::Workspace workspace = fixture.open();
  return export_dvc(fixture.test.env, workspace, options);
}

std::string lost(const DvcExportReport& report) {
  std::string text;
  for (const auto& item : report.lost) text += item.path + " " + item.reason + "\n";
  return text;
}

}  // namespace

TEST_CASE("tracked data gets DVC's files and cache") {
  DvcFixture fixture;
  fixture.dir.write("a.csv", "a,b\n");
  fixture.dir.write("d/bar", "bar");
  fixture.dir.write("d/foo", "foo");
  fixture.dir.write("run: me", "#!", 0755);
  fixture.add({fixture.dir / "a.csv", fixture.dir / "d", fixture.dir / "run: me"});
  DvcExportReport report = export_all(fixture);
  CHECK(lost(report).empty());
  CHECK(fixture.dir.read("d.dvc") ==
        "outs:\n- md5: 5ea40360f5b4ec688df672a4db9c17d1.dir\n  size: 6\n  nfiles: 2\n  hash: md5\n"
        "  path: d\n");
  CHECK(fixture.dir.read("a.csv.dvc") ==
        "outs:\n- md5: " + md5("a,b\n").hex() + "\n  size: 4\n  hash: md5\n  path: a.csv\n");
  CHECK(fixture.dir.read("run: me.dvc") ==
        "outs:\n- md5: " + md5("#!").hex() +
            "\n  size: 2\n  isexec: true\n  hash: md5\n  path: 'run: me'\n");
  std::string list = ".dvc/cache/files/md5/5e/a40360f5b4ec688df672a4db9c17d1.dir";
  CHECK(md5(fixture.dir.read(list)).hex() == "5ea40360f5b4ec688df672a4db9c17d1");
  CHECK((stat_of(fixture.dir / list)->st_mode & 0777) == 0444);
  CHECK(fixture.dir.read(".dvc/cache/files/md5/37/b51d194a7513e45b56f6524f2d51f2") == "bar");
  CHECK(report.objects == 5);

  SECTION("a second export writes nothing") {
    DvcExportReport again = export_all(fixture);
    CHECK(again.objects == 0);
    for (const auto& file : again.files) CHECK_FALSE(file.written);
  }
  SECTION("what was exported is imported as it was") {
    std::string before = fixture.dir.read("d.mlo");
    fixture.remove("d.mlo");
    fixture.import();
    CHECK(fixture.dir.read("d.mlo") == before);
  }
}

TEST_CASE("annotations come back word for word, comments stay where nothing changed") {
  DvcFixture fixture;
  std::string text = "# mine\nouts:\n- md5: " + fixture.object("1") +
                     "\n  size: 1\n  hash: md5\n  path: x  # here\n  desc: one\n  push: false\n"
                     "meta:\n  a: 1\n";
  fixture.dir.write("x.dvc", text);
  fixture.import();
  fixture.checkout();
  export_all(fixture);
  CHECK(fixture.dir.read("x.dvc") == text);
  fixture.rewrite("x", "two");
  fixture.add({fixture.dir / "x"});
  SECTION("over the old file") { export_all(fixture); }
  SECTION("from the pointer alone") {
    fixture.remove("x.dvc");
    export_all(fixture);
  }
  CHECK(fixture.dir.read("x.dvc") == "outs:\n- md5: " + md5("two").hex() +
                                         "\n  size: 3\n  hash: md5\n  path: x\n  desc: one\n"
                                         "  push: false\nmeta:\n  a: 1\n");
}

TEST_CASE("what an import of DVC said of its source goes with the old content") {
  DvcFixture fixture;
  fixture.dir.write("x.dvc",
                    "md5: 0123456789abcdef0123456789abcdef\nfrozen: true\ndeps:\n- path: x\n"
                    "  repo:\n    url: https://example.org\nouts:\n- md5: " +
                        fixture.object("1") + "\n  size: 1\n  hash: md5\n  path: x\n");
  std::string before = fixture.dir.read("x.dvc");
  fixture.import();
  fixture.remove("x.dvc");
  export_all(fixture);
  CHECK(fixture.dir.read("x.dvc") == before);
  fixture.checkout();
  fixture.rewrite("x", "two");
  fixture.add({fixture.dir / "x"});
  export_all(fixture);
  CHECK(fixture.dir.read("x.dvc").starts_with("outs:\n"));
}

TEST_CASE("what DVC does not keep is named") {
  DvcFixture fixture;
  fixture.dir.write(".dvcignore", "*.tmp\n");
  fixture.dir.write("d/a", "1", 0755);
  fixture.dir.write("d/sub/b", "2");
  fixture.dir.write("d/x.tmp", "3");
  fixture.dir.write("d/odd\xff", "4");
  fixture.dir.write("d/.dvcignore", "none");
  REQUIRE(::mkdir((fixture.dir / "d/empty").c_str(), 0755) == 0);
  auto link = [&](const char* target, const std::string& name) {
    REQUIRE(::symlink(target, (fixture.dir / name).c_str()) == 0);
  };
  link("../a", "d/sub/inside");
  link("sub", "d/directory");
  link("../../outside", "d/sub/outside");
  link("/etc/hostname", "d/absolute");
  link("circle", "d/circle");
  fixture.add({fixture.dir / "d"});
  DvcExportReport report = export_all(fixture);
  CHECK(report.executables == 1);
  CHECK(lost(report) ==
        "d/.dvcignore is a .dvcignore, which DVC refuses inside tracked data\n"
        "d/absolute is a symbolic link that leads outside\n"
        "d/circle is a symbolic link in a circle\n"
        "d/directory is a symbolic link to a directory\n"
        "d/empty is an empty directory\n"
        "d/odd\xff has a name that is no UTF-8, at which DVC stops\n"
        "d/sub/inside is a symbolic link: DVC keeps a copy of what it leads to\n"
        "d/sub/outside is a symbolic link that leads outside\n"
        "d/x.tmp is ignored by .dvcignore\n");
  CHECK(fixture.dir.read("d.dvc").find("nfiles: 3\n") != std::string::npos);
}

TEST_CASE("outputs of stages stay in dvc.lock") {
  DvcFixture fixture;
  fixture.dir.write("dvc.lock",
                    "schema: '2.0'\nstages:\n  s:\n    cmd: x\n    outs:\n    - path: o\n"
                    "      hash: md5\n      md5: " +
                        fixture.object("1") + "\n      size: 1\n");
  fixture.import();
  fixture.checkout();
  CHECK(lost(export_all(fixture)).empty());
  CHECK_FALSE(exists(fixture.dir / "o.dvc"));
  fixture.rewrite("o", "2");
  fixture.add({fixture.dir / "o"});
  CHECK(lost(export_all(fixture)) ==
        "o is tracked by 'dvc.lock' with another content ('dvc commit' records this one)\n");
}

TEST_CASE("an export may go into another repository, and needs one") {
  DvcFixture fixture;
  TempDir other;
  fixture.dir.write("sub/a", "1");
  fixture.add({fixture.dir / "sub/a"});
  CHECK(error_of([&] { export_all(fixture, {.directory = other.path()}); }).code() == Exit::usage);
  other.write(".dvc/config", "");
  CHECK(export_all(fixture, {.directory = other.path()}).files.at(0).written);
  CHECK(other.read("sub/a.dvc").find("path: a\n") != std::string::npos);
  CHECK(other.read("sub/.gitignore") == "/a\n");
}
