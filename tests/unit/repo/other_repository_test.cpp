#include "repo/other_repository.hpp"

#include <catch2/catch.hpp>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "repo/git_command.hpp"
#include "support/error_of.hpp"
#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::test;
using repo::OtherRepository;

namespace {

struct Fixture {
  TempDir dir;
  TestEnv test;
  std::string first, second, large = std::string(3 << 20, 'L');

  Fixture() {
    make_directories(posix_files(), dir / "origin");
    git_init(dir / "origin");
    dir.write("origin/a.txt", "one\n");
    dir.write("origin/sub/b.bin", std::string("\0\n\xff", 3));
    dir.write("origin/sub/empty", "");
    dir.write("origin/sub/large", large);
    first = commit("one");
    git("tag -a v1 -m first");
    dir.write("origin/a.txt", "two\n");
    second = commit("two");
    git("config uploadpack.allowFilter true");
    git("branch side " + first);
  }
  std::string git(const std::string& arguments) { return git_in(dir / "origin", arguments); }
  std::string commit(const std::string& message) {
    git("add -A");
    git("commit -qm " + message);
    return std::string(trimmed(git("rev-parse HEAD")));
  }
  std::string url() const { return "file://" + dir / "origin"; }
  OtherRepository open(const std::string& from) {
    return OtherRepository::open(test.env, from, dir.path(), dir / "cache");
  }
  std::string message(const std::string& from, const std::string& rev = "") {
    return message_of([&] { open(from).resolve(rev); });
  }
};

std::vector<std::string> names(const std::vector<repo::GitEntry>& entries) {
  std::vector<std::string> names;
  for (const repo::GitEntry& entry : entries) names.push_back(entry.path);
  return names;
}

}  // namespace

TEST_CASE("a repository is read where it lies, or from its clone") {
  Fixture fixture;
  const bool local = GENERATE(true, false);
  INFO((local ? "directory" : "clone"));
  OtherRepository other = fixture.open(local ? "origin" : fixture.url());
  CHECK(other.is_local() == local);
  CHECK(other.resolve("") == fixture.second);
  CHECK(other.resolve("v1") == fixture.first);
  CHECK(other.resolve("side") == fixture.first);
  CHECK(other.resolve("refs/heads/side") == fixture.first);
  CHECK(other.resolve(fixture.first) == fixture.first);
  CHECK(other.resolve(fixture.first.substr(0, 10)) == fixture.first);
  CHECK(other.resolve("v1~0") == fixture.first);
  CHECK(message_of([&] { other.resolve("v2"); }).find("has no revision 'v2'") != std::string::npos);
  CHECK_THROWS_AS(other.resolve("--upload-pack=x"), Error);

  other.fetch(fixture.first, "v1");
  CHECK(other.read(fixture.first, "a.txt", 100) == "one\n");
  CHECK_FALSE(other.read(fixture.first, "none", 100));
  CHECK_FALSE(other.read(fixture.first, "sub", 100));
  CHECK_THROWS_AS(other.read(fixture.first, "sub/large", 100), Error);
  other.fetch(fixture.second, "");
  CHECK(other.read(fixture.second, "a.txt", 100) == "two\n");
  const std::vector<std::string> asked = {"a.txt", "sub", "a.txt.mlo", "*"};
  CHECK(names(other.find(fixture.second, asked)) == std::vector<std::string>{"a.txt", "sub"});
  const auto files = other.list(other.find(fixture.second, asked)[1].id);
  CHECK(names(files) == std::vector<std::string>{"b.bin", "empty", "large"});
  std::vector<std::string> ids, contents;
  for (const auto& file : files) ids.push_back(file.id);
  other.read_blobs(ids, {[&](size_t i, uint64_t) {
                           CHECK(i == contents.size());
                           contents.emplace_back();
                         },
                         [&](std::string_view bytes) { contents.back() += bytes; }});
  CHECK(contents == std::vector<std::string>{std::string("\0\n\xff", 3), "", fixture.large});
}

TEST_CASE("a clone holds single commits, and no file that was not asked for") {
  Fixture fixture;
  {
    OtherRepository other = fixture.open(fixture.url());
    other.fetch(fixture.second, "");
    CHECK(other.read(fixture.second, "a.txt", 100) == "two\n");
  }
  std::string clone;
  for (const std::string& name : names_in(fixture.dir / "cache")) {
    if (name.ends_with(".git")) clone = fixture.dir / ("cache/" + name);
  }
  CHECK(git_in(clone, "count-objects -v").find("size-pack: 3") == std::string::npos);
  CHECK(trimmed(git_in(clone, "rev-list --all --count")) == "1");
  // A clone that was killed while it was set up, or lost its files, is made again.
  remove_tree(posix_files(), clone + "/objects");
  remove_tree(posix_files(), clone + "/config");
  OtherRepository other = fixture.open(fixture.url());
  other.fetch(fixture.second, "");
  CHECK(other.read(fixture.second, "a.txt", 100) == "two\n");
}

TEST_CASE("a branch that moves on between question and fetch") {
  Fixture fixture;
  OtherRepository other = fixture.open(fixture.url());
  const std::string commit = other.resolve("");
  fixture.dir.write("origin/a.txt", "three\n");
  fixture.commit("three");
  other.fetch(commit, "");
  CHECK(other.read(commit, "a.txt", 100) == "two\n");
}

TEST_CASE("a repository inside another git command's environment") {
  Fixture fixture;
  // As in a hook of another repository.
  ::setenv("GIT_DIR", "/nowhere", 1);
  ::setenv("GIT_INDEX_FILE", "/nowhere/index", 1);
  CHECK(fixture.open("origin").resolve("") == fixture.second);
  CHECK(fixture.open(fixture.url()).resolve("") == fixture.second);
  ::unsetenv("GIT_DIR");
  ::unsetenv("GIT_INDEX_FILE");
}

TEST_CASE("what is no repository is refused before anything is asked") {
  Fixture fixture;
  make_directories(posix_files(), fixture.dir / "plain");
  CHECK(fixture.message("nowhere") == "there is no repository 'nowhere'");
  CHECK(fixture.message("plain").starts_with("'plain' is no git repository: "));
  CHECK(fixture.message("ext::sh -c 'touch pwned'").find("helper program") != std::string::npos);
  CHECK(fixture.message("--upload-pack=touch") == "'--upload-pack=touch' is no repository");
  const std::string secret = fixture.message("https://me:hunter2@example.org/x.git");
  CHECK(secret == "the URL of the repository holds credentials");
  CHECK(fixture.message("file:///nowhere/x").find("cannot ask 'file:///nowhere/x': ") == 0);
  make_directories(posix_files(), fixture.dir / "unborn");
  git_init(fixture.dir / "unborn");
  CHECK(fixture.message("unborn") == "'unborn' has no commit");
  CHECK(fixture.message("file://" + fixture.dir / "unborn").find("has no commit") !=
        std::string::npos);
}

TEST_CASE("bare repositories and places below the top of a work tree") {
  Fixture fixture;
  git_in(fixture.dir.path(), "clone -q --bare origin bare");
  OtherRepository bare = fixture.open("bare");
  CHECK(bare.is_local());
  CHECK(bare.work_tree().empty());
  CHECK(bare.resolve("v1") == fixture.first);
  OtherRepository below = fixture.open("origin/sub");
  CHECK(below.prefix() == "sub");
  CHECK(below.work_tree() == fixture.dir / "origin");
}

TEST_CASE("credentials do not come out of git's messages") {
  ProcessResult result;
  result.code = 128;
  result.errors =
      "warning: x\nfatal: unable to access 'https://me:hunter2@example.org/x.git/': no route\n";
  CHECK(repo::git_reason(result) == "unable to access 'https://example.org/x.git/': no route");
  result.errors = "";
  CHECK(repo::git_reason(result) == "git ended with code 128");
}

TEST_CASE("listings of git are read strictly") {
  const std::string id(40, 'a');
  const auto entries =
      repo::parse_tree_listing(std::string("100644 blob " + id + "\ta\tb\n") + '\0');
  REQUIRE(entries.size() == 1);
  CHECK(entries[0].path == "a\tb\n");
  CHECK(entries[0].mode == 0100644);
  CHECK_THROWS_AS(repo::parse_tree_listing("100644 blob " + id + "\tx"), Error);
  CHECK_THROWS_AS(repo::parse_tree_listing(std::string("100644 blob abc\tx") + '\0'), Error);
  CHECK_THROWS_AS(repo::parse_tree_listing(std::string("100644 " + id + "\tx") + '\0'), Error);
}
