#include "repo/git.hpp"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>

#include "support/error_of.hpp"
#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::test;
using repo::Git;

namespace {

struct Repository {
  TempDir dir;
  TestEnv test;
  Repository() { git_init(dir.path()); }
  std::unique_ptr<Git> open() { return Git::open(test.env, dir.path()); }
  std::string run(const std::string& arguments) { return git_in(dir.path(), arguments); }
  std::string commit_of(const std::string& rev) {
    std::string text = run("rev-parse " + rev);
    return text.substr(0, 40);
  }
};

}  // namespace

TEST_CASE("no repository is no error") {
  TempDir dir;
  TestEnv test;
  CHECK(Git::open(test.env, dir.path()) == nullptr);
}

TEST_CASE("unborn, born and detached HEAD") {
  Repository repository;
  auto git = repository.open();
  CHECK(git->work_tree() == repository.dir.path());
  CHECK_FALSE(git->head());
  CHECK(git->branch() == "main");
  CHECK_FALSE(git->carries(".mlo"));
  repository.dir.write("a.txt", "one");
  CHECK(git->is_dirty());
  repository.run("add a.txt");
  repository.run("commit -qm 'first line\n\nmore'");
  std::string first = repository.commit_of("HEAD");
  CHECK(git->head() == first);
  CHECK(git->commit_subject(first) == "first line");
  CHECK_FALSE(git->is_dirty());
  repository.run("checkout -q --detach");
  CHECK_FALSE(git->branch());
  CHECK(git->head() == first);
}

TEST_CASE("revisions, files and lists") {
  Repository repository;
  repository.dir.write("a.txt", "one");
  repository.dir.write("sub/b.csv.mlo", "pointer");
  repository.dir.write("sub.mlo", "other");
  repository.run("add .");
  repository.run("commit -qm one");
  repository.run("tag v1");
  repository.dir.write("a.txt", "two");
  repository.run("commit -qam two");
  auto git = repository.open();
  CHECK(git->resolve("HEAD~1") == git->resolve("v1"));
  CHECK(git->read_file("v1", "a.txt") == "one");
  CHECK(git->read_file("HEAD", "a.txt") == "two");
  CHECK_FALSE(git->read_file("HEAD", "none"));
  CHECK_FALSE(git->read_file("HEAD", "sub"));
  CHECK(git->list_files("HEAD", "", ".mlo").size() == 2);
  auto below = git->list_files("HEAD", "sub");
  REQUIRE(below.size() == 1);
  CHECK(below[0].path == "sub/b.csv.mlo");
  CHECK(git->log("HEAD", 10).size() == 2);
  Error error = error_of([&] { git->resolve("nope"); });
  CHECK(error.code() == Exit::usage);
  CHECK(git->is_tracked("sub"));
  CHECK(git->is_tracked("a.txt"));
  CHECK_FALSE(git->is_tracked("su"));
  CHECK(git->list_index("", ".mlo").size() == 2);
  auto is_text = [](std::string_view path) { return path.ends_with(".txt"); };
  CHECK(git->versions(repo::Reach::history, is_text).size() == 2);
}

TEST_CASE("the environment of a hook is honoured") {
  Repository repository;
  repository.dir.write("a.txt", "one");
  repository.dir.write("b.txt", "two");
  repository.run("add a.txt");
  std::string index = repository.dir / "other-index";
  REQUIRE(std::system(
              ("GIT_INDEX_FILE='" + index + "' git -C '" + repository.dir.path() + "' add b.txt")
                  .c_str()) == 0);
  repository.test.variables.values["GIT_INDEX_FILE"] = index;
  auto git = repository.open();
  CHECK(git->is_tracked("b.txt"));
  CHECK_FALSE(git->is_tracked("a.txt"));
  TempDir elsewhere;
  repository.test.variables.values = {{"GIT_DIR", repository.dir / ".git"},
                                      {"GIT_WORK_TREE", repository.dir.path()}};
  auto far = Git::open(repository.test.env, elsewhere.path());
  REQUIRE(far);
  CHECK(far->work_tree() == repository.dir.path());
  CHECK(far->is_tracked("a.txt"));
}

TEST_CASE("extensions that a repository may use") {
  Repository repository;
  repository.run("config core.repositoryformatversion 1");
  repository.run("config extensions.worktreeconfig true");
  repository.run("config extensions.partialclone origin");
  repository.run("config extensions.preciousobjects true");
  CHECK(repository.open() != nullptr);
}

TEST_CASE("a commit of given files leaves everything else alone") {
  Repository repository;
  bool detached = GENERATE(false, true);
  repository.dir.write("a.txt", "one");
  repository.run("add a.txt");
  repository.run("commit -qm one");
  if (detached) repository.run("checkout -q --detach");
  std::string parent = repository.commit_of("HEAD");
  repository.dir.write("staged.txt", "staged");
  repository.run("add staged.txt");
  repository.dir.write("a.txt", "edited, not staged");
  repository.dir.write("models/m/old.yaml", "old");
  auto git = repository.open();
  auto commit = git->commit_files("registry: add m", {{"models/m/1.yaml", "digest: x\n"}});
  REQUIRE(commit);
  CHECK(repository.commit_of("HEAD") == *commit);
  CHECK(repository.commit_of("HEAD~1") == parent);
  CHECK(repository.run("show --name-only --format= HEAD") == "models/m/1.yaml\n");
  CHECK(repository.dir.read("models/m/1.yaml") == "digest: x\n");
  CHECK(repository.run("status --porcelain -uall") ==
        " M a.txt\nA  staged.txt\n?? models/m/old.yaml\n");
  CHECK_FALSE(git->commit_files("again", {{"models/m/1.yaml", "digest: x\n"}}));
  auto removed = git->commit_files("remove", {{"models/m/1.yaml", std::nullopt}});
  REQUIRE(removed);
  CHECK_FALSE(exists(repository.dir / "models/m/1.yaml"));
  CHECK(repository.run("fsck 2>&1").find("error") == std::string::npos);
}

TEST_CASE("a commit that fails leaves files and index as they were") {
  Repository repository;
  repository.dir.write("m/model.yaml", "old");
  repository.run("add .");
  repository.run("commit -qm one");
  repository.dir.write("m/model.yaml", "edited");
  const std::string before = repository.run("status --porcelain -uall");
  const std::string lock =
      GENERATE(as<std::string>{}, ".git/index.lock", ".git/refs/heads/main.lock");
  CAPTURE(lock);
  repository.dir.write(lock, "");
  auto git = repository.open();
  const std::map<std::string, std::optional<std::string>> files = {{"m/model.yaml", "new"},
                                                                   {"n/deep/1.yaml", "version"}};
  CHECK_THROWS_AS(git->commit_files("change", files), Error);
  CHECK(repository.dir.read("m/model.yaml") == "edited");
  CHECK_FALSE(exists(repository.dir / "n"));
  posix_files().unlink(repository.dir / lock);
  CHECK(repository.run("status --porcelain -uall") == before);
  CHECK(git->commit_files("change", files));
  CHECK(repository.run("status --porcelain -uall") == "");
}

TEST_CASE("the first commit of an unborn branch") {
  Repository repository;
  auto git = repository.open();
  auto commit = git->commit_files("first", {{"a/b.yaml", "x"}});
  REQUIRE(commit);
  CHECK(repository.run("status --porcelain") == "");
  CHECK(repository.run("log --format=%s") == "first\n");
}

TEST_CASE("without an identity a commit says what to do") {
  Repository repository;
  repository.run("config user.name ''");
  repository.run("config user.email ''");
  Error error = error_of([&] { repository.open()->commit_files("x", {{"a", "b"}}); });
  CHECK(error.hint().find("git config") != std::string::npos);
  CHECK_FALSE(exists(repository.dir / "a"));
  repository.test.variables.values = {{"GIT_AUTHOR_NAME", "A"}, {"GIT_AUTHOR_EMAIL", "a@b"}};
  REQUIRE(repository.open()->commit_files("x", {{"a", "b"}}));
  CHECK(repository.run("log --format=%an") == "A\n");
}

TEST_CASE("a dirty tree becomes one commit of a chain, index and work tree untouched") {
  Repository repository;
  repository.dir.write("a.txt", "one");
  repository.dir.write("gone.txt", "x");
  repository.dir.write(".gitignore", "*.o\n");
  repository.run("add .");
  repository.run("commit -qm one");
  auto git = repository.open();
  std::vector<std::string> large;
  CHECK_FALSE(git->snapshot_dirty("run", 100, &large));
  repository.dir.write("a.txt", "two");
  repository.dir.write("new.sh", "#!/bin/sh", 0755);
  repository.dir.write("big.bin", std::string(200, 'x'));
  repository.dir.write("x.o", "ignored");
  repository.run("rm -q --cached gone.txt");
  REQUIRE(std::remove((repository.dir / "gone.txt").c_str()) == 0);
  std::string before = repository.run("status --porcelain");
  auto commit = git->snapshot_dirty("run", 100, &large);
  REQUIRE(commit);
  CHECK(large == std::vector<std::string>{"big.bin"});
  CHECK(repository.run("status --porcelain") == before);
  CHECK(repository.commit_of("refs/mlo/dirty") == *commit);
  CHECK(repository.run("ls-tree -r --name-only refs/mlo/dirty") == ".gitignore\na.txt\nnew.sh\n");
  CHECK(repository.run("show refs/mlo/dirty:a.txt") == "two");
  CHECK(repository.run("ls-tree refs/mlo/dirty new.sh").starts_with("100755"));
  CHECK(git->snapshot_dirty("again", 100, nullptr) == commit);  // nothing new: nothing stored
  repository.dir.write("a.txt", "three");
  auto next = git->snapshot_dirty("next", 100, nullptr);
  REQUIRE(next);
  CHECK(*next != *commit);
  CHECK(repository.commit_of("refs/mlo/dirty^1") == *commit);
  CHECK(repository.commit_of("refs/mlo/dirty^2") == repository.commit_of("HEAD"));
}
