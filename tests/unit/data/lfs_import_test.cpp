#include "data/lfs_import.hpp"

#include "data/lfs_pointer.hpp"
#include "data/pointers.hpp"
#include "data_fixture.hpp"

using namespace mlo;
using namespace mlo::data;
using namespace mlo::test;

namespace {

const std::string kLarge(store::kLooseSize + 7, 'L');

std::string pointer_text(const std::string& bytes) {
  return "version https://git-lfs.github.com/spec/v1\noid sha256:" + sha256(bytes).hex() +
         "\nsize " + std::to_string(bytes.size()) + "\n";
}

struct LfsFixture : DataFixture {
  LfsFixture() : DataFixture(true) {}
  std::string object_path(const std::string& bytes) {
    return ".git/lfs/objects/" + lfs_object_name(sha256(bytes));
  }
  /// As git-lfs leaves a clone without smudging: the pointer in git and in the work tree.
  void file(const std::string& path, const std::string& bytes, mode_t mode = 0644) {
    dir.write(path, pointer_text(bytes), mode);
    dir.write(object_path(bytes), bytes);
    git("add -f '" + path + "'");
  }
  LfsImportReport import(LfsImportOptions options = {}) {
    repo::Workspace workspace = open();
    return import_lfs(test.env, workspace, options);
  }
};

std::string left_out(const LfsImportReport& report) {
  std::string text;
  for (const auto& item : report.left_out) text += item.path + ": " + item.reason + "\n";
  return text;
}

}  // namespace

TEST_CASE("pointers of git-lfs are read strictly") {
  auto parsed = parse_lfs_pointer(pointer_text("abc"));
  REQUIRE(parsed);
  CHECK(parsed->oid == sha256("abc"));
  CHECK(parsed->size == 3);
  CHECK_FALSE(parsed->extended);
  std::string version = "version https://git-lfs.github.com/spec/v1\n";
  std::string oid = "oid sha256:" + sha256("abc").hex() + "\n";
  CHECK(
      parse_lfs_pointer(version + "ext-0-foo sha256:" + sha256("x").hex() + "\n" + oid + "size 3\n")
          ->extended);
  CHECK(parse_lfs_pointer("version http://git-media.io/v/2\n" + oid + "size 0\n"));
  for (const std::string& text :
       {std::string(), version, version + oid, version + "size 3\n", oid + "size 3\n",
        version + "size 3\n" + oid, version + oid + "size 3", version + oid + "size -1\n",
        version + oid + "size 1e3\n", version + oid + "size 99999999999999999999\n",
        version + oid + "size 3\n\n", version + oid + "size 3\nunknown x\n",
        version + "oid md5:abc\nsize 3\n", version + oid + oid + "size 3\n",
        "version https://example.org/v1\n" + oid + "size 3\n", version + oid + "size  3\n",
        version + "oid sha256:" + sha256("abc").hex().substr(1) + "\nsize 3\n",
        version + std::string(1024, 'a') + " x\n" + oid + "size 3\n"}) {
    CHECK_FALSE(parse_lfs_pointer(text));
  }
}

TEST_CASE("files of git-lfs become pointers, git stays as it is") {
  LfsFixture fixture;
  fixture.file("large.bin", kLarge);
  fixture.file("sub/small.bin", "small", 0755);
  fixture.dir.write("plain", "plain");
  fixture.git("add plain");
  std::string index = fixture.git("ls-files -s");
  LfsImportReport report = fixture.import();
  CHECK(left_out(report).empty());
  CHECK(lines(report.files) == "added large.bin\nadded sub/small.bin\n");
  CHECK(report.executable == std::vector<std::string>{"sub/small.bin"});
  CHECK(report.in_git.size() == 2);
  CHECK(fixture.git("ls-files -s") == index);
  CHECK(fixture.dir.read("sub/small.bin") == pointer_text("small"));
  CHECK(fixture.dir.read("sub/.gitignore") == "/small.bin\n");
  fixture.git("rm -q --cached large.bin sub/small.bin");
  fixture.checkout({}, true);
  CHECK(fixture.dir.read("large.bin") == kLarge);
  CHECK(fixture.status().clean());
  SECTION("again, when git no longer knows them, there is nothing to import") {
    CHECK(fixture.import().files.empty());
    CHECK(error_of([&] { fixture.import({.paths = {fixture.dir / "large.bin"}}); }).code() ==
          Exit::usage);
  }
}

TEST_CASE("large objects of git-lfs can share their bytes with the store") {
  LfsFixture fixture;
  fixture.file("large.bin", kLarge);
  CHECK(fixture.import({.link = true}).linked == 1);
  auto workspace = fixture.open();
  CHECK(stat_of(*workspace.store().loose_path(sha256(kLarge)))->st_ino ==
        stat_of(fixture.dir / fixture.object_path(kLarge))->st_ino);
  CHECK(fixture.import({.link = true}).linked == 0);
}

TEST_CASE("objects that are missing or damaged are named") {
  LfsFixture fixture;
  fixture.file("gone", "gone");
  fixture.remove(fixture.object_path("gone"));
  fixture.file("damaged", "damaged");
  fixture.dir.write(fixture.object_path("damaged"), "damagEd");
  fixture.file("smudged", "smudged");
  fixture.remove(fixture.object_path("smudged"));
  fixture.dir.write("smudged", "smudged");
  fixture.file("other", "other");
  fixture.dir.write("other.mlo",
                    "mlo: 1\ntype: file\ndigest: " + sha256("x").text() + "\nsize: 1\n");
  LfsImportReport report = fixture.import();
  CHECK(lines(report.files) == "added smudged\n");
  CHECK(report.missing == std::vector<std::string>{"gone"});
  CHECK(left_out(report) == "damaged: its object '" + fixture.dir.path() + "/" +
                                fixture.object_path("damaged") +
                                "' is damaged\n"
                                "gone: its object is not in .git/lfs (git lfs fetch brings it)\n"
                                "other: has a pointer that says otherwise (--force replaces it)\n");
  CHECK(lines(fixture.import({.paths = {fixture.dir / "other"}, .force = true}).files) ==
        "updated other\n");
}
