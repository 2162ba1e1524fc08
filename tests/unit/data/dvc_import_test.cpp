#include "data/dvc_import.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "data/pointers.hpp"
#include "dvc_fixture.hpp"
#include "repo/pointer.hpp"

using namespace mlo;
using namespace mlo::data;
using namespace mlo::test;

namespace {

const std::string kLarge(store::kLooseSize + 7, 'L');

std::string object_path(const std::string& bytes) {
  std::string hex = md5(bytes).hex();
  return ".dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

}  // namespace

TEST_CASE("outs of DVC become pointers, and their contents are in the store") {
  DvcFixture fixture;
  fixture.file("a.csv", "a,b\n1,2\n");
  fixture.file("sub/large.bin", kLarge, "  desc: large\n  labels: [x, y]\nmeta: {owner: me}\n");
  fixture.directory("images", {{"one", "1"}, {"deep/er/two", kLarge}, {"é", "3"}});
  DvcImportReport report = fixture.import();
  CHECK(left_out(report).empty());
  CHECK(lines(report.files) == "added a.csv\nadded images\nadded sub/large.bin\n");
  CHECK(report.repository == fixture.dir.path());
  CHECK(fixture.dir.read(".gitignore").find("/a.csv\n") != std::string::npos);

  auto workspace = fixture.open();
  auto large = pointer_for(workspace, "sub/large.bin");
  REQUIRE(large);
  CHECK(large->pointer.digest == sha256(kLarge));
  CHECK(large->pointer.dvc["md5"].as_string() == md5(kLarge).hex());
  CHECK(large->pointer.dvc["out"]["labels"].size() == 2);
  CHECK(large->pointer.dvc["stage"]["meta"]["owner"].as_string() == "me");
  CHECK(pointer_for(workspace, "a.csv")->pointer.dvc.is_null());

  fixture.checkout();
  CHECK(fixture.dir.read("images/deep/er/two") == kLarge);
  CHECK(fixture.dir.read("images/é") == "3");
  CHECK(fixture.dir.read("a.csv") == "a,b\n1,2\n");
  CHECK(fixture.status().clean());

  SECTION("a second import reads nothing again and changes nothing") {
    DvcImportReport again = fixture.import();
    CHECK(lines(again.files) == "unchanged a.csv\nunchanged images\nunchanged sub/large.bin\n");
    CHECK(again.read == 0);
    CHECK(again.objects == 0);
  }
  SECTION("adding a new version keeps what DVC said of the path") {
    fixture.rewrite("sub/large.bin", "small now");
    fixture.add({fixture.dir / "sub/large.bin"});
    auto opened = fixture.open();
    CHECK(pointer_for(opened, "sub/large.bin")->pointer.dvc["out"]["desc"].as_string() == "large");
  }
}

TEST_CASE("contents come from wherever they are whole") {
  DvcFixture fixture;
  fixture.file("a", "first content\n");
  std::string cached = object_path("first content\n");
  SECTION("the work tree, without a cache") {
    fixture.remove(".dvc/cache");
    fixture.dir.write("a", "first content\n");
    fixture.later();
    CHECK(left_out(fixture.import()).empty());
    CHECK(fixture.status().clean());
  }
  SECTION("the cache, where the work tree has something else, which stays") {
    fixture.dir.write("a", "changed");
    CHECK(left_out(fixture.import()).empty());
    CHECK(fixture.dir.read("a") == "changed");
    CHECK(lines(fixture.status().files) == "modified a\n");
  }
  SECTION("a remote that is a directory") {
    fixture.remove(".dvc/cache");
    fixture.object("first content\n", "elsewhere");
    fixture.dir.write(".dvc/config", "[core]\nremote = s\n['remote \"s\"']\nurl = ../elsewhere\n");
    CHECK(left_out(fixture.import()).empty());
  }
  SECTION("a remote, when the cached object is damaged, which is named") {
    REQUIRE(::chmod((fixture.dir / cached).c_str(), 0644) == 0);
    fixture.dir.write(cached, "damaged");
    DvcImportReport report = fixture.import();
    CHECK(left_out(report) ==
          "a: its content is neither in the work tree nor in the cache nor in the remote\n");
    CHECK(report.damaged == std::vector<std::string>{fixture.dir / cached});
    CHECK_FALSE(exists(fixture.dir / "a.mlo"));
    fixture.object("first content\n", "elsewhere");
    report = fixture.import({});
    CHECK_FALSE(report.left_out.empty());
    fixture.dir.write(".dvc/config", "['remote \"s\"']\nurl = ../elsewhere\n");
    report = fixture.import({.remote = "s"});
    CHECK(left_out(report).empty());
    CHECK(report.damaged.size() == 1);
  }
  SECTION("DVC 2's layout and hash") {
    std::string text = "line\r\nline\r\n", hex = md5("line\nline\n").hex();
    fixture.dir.write(".dvc/cache/" + hex.substr(0, 2) + "/" + hex.substr(2), text);
    fixture.dir.write("old.dvc", "outs:\n- md5: '" + hex + "'\n  path: old\n");
    CHECK(left_out(fixture.import()).empty());
    auto workspace = fixture.open();
    CHECK(pointer_for(workspace, "old")->pointer.digest == sha256(text));
  }
  SECTION("a directory whose list is lost, but that lies there") {
    fixture.directory("d", {{"x", "1"}, {"y/z", "2"}});
    fixture.dir.write("d/x", "1");
    fixture.dir.write("d/y/z", "2", 0755);
    fixture.remove(".dvc/cache");
    fixture.dir.write("a", "first content\n");
    CHECK(left_out(fixture.import()).empty());
    fixture.dir.write("d/x", "other");
    fixture.remove("d.mlo");
    CHECK(left_out(fixture.import()).find("d: its list of files") == 0);
  }
}

TEST_CASE("what cannot be taken is named, and everything else is taken") {
  DvcFixture fixture(true);
  fixture.file("good", "good");
  fixture.track("gone", md5("never cached").hex());
  fixture.dir.write("cloud.dvc", "outs:\n- path: cloud\n  files: [{relpath: a, etag: x}]\n");
  fixture.dir.write("bad.dvc", "outs: {\n");
  fixture.track("metrics.json", md5("{}").hex(), "  cache: false\n");
  fixture.directory("odd", {{".git/config", "x"}});
  fixture.file("pointed", "new");
  fixture.dir.write("pointed.mlo",
                    "mlo: 1\ntype: file\ndigest: sha256:" + sha256("mine").hex() + "\nsize: 4\n");
  DvcImportReport report = fixture.import();
  CHECK(lines(report.files) == "added good\n");
  CHECK(report.in_git == std::vector<std::string>{"metrics.json"});
  REQUIRE(report.left_out.size() == 5);
  CHECK(report.left_out[0].path == "bad.dvc");
  CHECK(report.left_out[1].reason == "is versioned in the cloud, without an MD5");
  CHECK(report.left_out[2].path == "gone");
  CHECK(report.left_out[3].reason.find("a tree cannot hold '.git/config'") == 0);
  CHECK(report.left_out[4].reason == "has a pointer that says otherwise (--force replaces it)");
  report = fixture.import({.force = true});
  CHECK(lines(report.files) == "unchanged good\nupdated pointed\n");
}

TEST_CASE("large cached files can share their bytes with the store") {
  DvcFixture fixture;
  fixture.file("large", kLarge);
  fixture.file("small", "small");
  DvcImportReport report = fixture.import({.link = CacheLink::hardlink});
  CHECK(report.linked == 1);
  auto workspace = fixture.open();
  auto stored = stat_of(*workspace.store().loose_path(sha256(kLarge)));
  CHECK(stored->st_ino == stat_of(fixture.dir / object_path(kLarge))->st_ino);
  CHECK((stored->st_mode & 0777) == 0444);
  CHECK(names_in(workspace.store().inside("tmp")).empty());
}

TEST_CASE("a writable cached file is never shared") {
  DvcFixture fixture;
  fixture.file("large", kLarge);
  REQUIRE(::chmod((fixture.dir / object_path(kLarge)).c_str(), 0644) == 0);
  CHECK(fixture.import({.link = CacheLink::hardlink}).linked == 0);
  auto workspace = fixture.open();
  CHECK(stat_of(*workspace.store().loose_path(sha256(kLarge)))->st_ino !=
        stat_of(fixture.dir / object_path(kLarge))->st_ino);
}

TEST_CASE(".dvc files are removed on demand, once everything in them is taken") {
  DvcFixture fixture;
  fixture.file("whole", "whole");
  fixture.dir.write("half.dvc", "outs:\n- {md5: " + fixture.object("here") +
                                    ", hash: md5, path: here}\n- {md5: " + md5("no").hex() +
                                    ", hash: md5, path: no}\n");
  DvcImportReport report = fixture.import({.remove = true});
  CHECK(report.removed == std::vector<std::string>{"whole.dvc"});
  CHECK_FALSE(exists(fixture.dir / "whole.dvc"));
  CHECK(exists(fixture.dir / "half.dvc"));
  CHECK(exists(fixture.dir / "here.mlo"));
}

TEST_CASE("executable bits come from the work tree, ignored files stay ignored") {
  DvcFixture fixture;
  fixture.dir.write(".dvcignore", "*.tmp\n");
  fixture.directory("d", {{"run", "#!/bin/sh\n"}, {"data", "1"}});
  fixture.dir.write("d/run", "#!/bin/sh\n", 0755);
  fixture.dir.write("d/data", "1");
  fixture.dir.write("d/x.tmp", "not data");
  fixture.later();
  CHECK(left_out(fixture.import()).empty());
  CHECK(fixture.dir.read(".mloignore") == "*.tmp\n");
  CHECK(fixture.status().clean());
}

TEST_CASE("symbolic links into the cache are named") {
  DvcFixture fixture;
  fixture.file("a", "content");
  REQUIRE(::symlink((fixture.dir / object_path("content")).c_str(), (fixture.dir / "a").c_str()) ==
          0);
  DvcImportReport report = fixture.import();
  CHECK(left_out(report).empty());
  CHECK(report.links == std::vector<std::string>{"a"});
}

TEST_CASE("an import needs a DVC repository inside the workspace") {
  DataFixture plain;
  auto workspace = plain.open();
  auto error = error_of([&] { import_dvc(plain.test.env, workspace, {}); });
  CHECK(error.code() == Exit::usage);
  CHECK(error.message().find("there is no DVC repository") == 0);
  DvcFixture fixture;
  CHECK(error_of([&] { fixture.import({.remote = "x"}); }).message() == "DVC has no remote 'x'");
}
