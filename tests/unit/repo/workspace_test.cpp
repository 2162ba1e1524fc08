#include "repo/workspace.hpp"

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "repo/init.hpp"
#include "support/error_of.hpp"
#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::test;
using repo::Workspace;

TEST_CASE("init makes a workspace, twice is once, with and without git") {
  bool with_git = GENERATE(false, true);
  TempDir dir;
  TestEnv test;
  if (with_git) git_init(dir.path());
  dir.write(".gitignore", "*.o");
  repo::InitReport first = repo::init(test.env, dir.path());
  CHECK(first.created);
  CHECK(first.git == with_git);
  CHECK(dir.read(".gitignore") == "*.o\n/.mlo\n");
  std::string yaml = dir.read("mlo.yaml");
  dir.write("mlo.yaml", yaml + "drift: {}\n");
  repo::InitReport second = repo::init(test.env, dir.path());
  CHECK_FALSE(second.created);
  CHECK(dir.read("mlo.yaml") == yaml + "drift: {}\n");
  CHECK(dir.read(".gitignore") == "*.o\n/.mlo\n");
  CHECK(is_directory(dir / ".mlo/store"));
}

TEST_CASE("threads that all ask first for the store share one") {
  TempDir dir;
  TestEnv test;
  repo::init(test.env, dir.path());
  for (int round = 0; round < 100; ++round) {
    Workspace workspace = Workspace::open(test.env, dir.path());
    std::atomic<int> found = 0;
    auto look = [&](size_t i) {
      if (workspace.store().contains(sha256(std::to_string(i)))) ++found;
    };
    parallel_for(16, look, 8);
    CHECK(found == 0);
  }
}

TEST_CASE("every commented section of the template is valid when uncommented") {
  TempDir dir;
  TestEnv test;
  repo::init(test.env, dir.path());
  std::string text, whole = dir.read("mlo.yaml");
  for (std::string_view line : split(whole, '\n')) {
    bool section = line.starts_with("# ") && line.size() > 2;
    bool prose = text.empty() && !line.starts_with("# trainings:");
    if (section && !prose) (text += line.substr(2)) += '\n';
  }
  repo::Config config = repo::parse_config(text, "mlo.yaml");
  CHECK(config.document.size() == 7);
}

TEST_CASE("the nearest mlo.yaml is the root") {
  TempDir dir;
  TestEnv test;
  repo::init(test.env, dir.path());
  make_directories(posix_files(), dir / "a/b");
  Workspace workspace = Workspace::open(test.env, dir / "a/b");
  CHECK(workspace.root() == dir.path());
  CHECK(workspace.git() == nullptr);
  CHECK(workspace.relative("x.csv") == "a/b/x.csv");
  CHECK(workspace.relative("../../x.csv") == "x.csv");
  CHECK(workspace.relative(dir.path()) == "");
  CHECK(error_of([&] { workspace.relative("../../../x"); }).code() == Exit::usage);
  CHECK(workspace.shown("a/b/x.csv") == "x.csv");
  CHECK(workspace.shown("a/y") == "../y");
  CHECK(workspace.shown("z") == "../../z");
  TempDir elsewhere;
  Error error = error_of([&] { Workspace::open(test.env, elsewhere.path()); });
  CHECK(error.code() == Exit::usage);
  CHECK(error.hint().find("mlo init") != std::string::npos);
}

TEST_CASE("a path through a symbolic link outside still belongs to the workspace") {
  TempDir dir, outside;
  TestEnv test;
  repo::init(test.env, dir.path());
  posix_files().symlink(dir.path(), outside / "link");
  Workspace workspace = Workspace::open(test.env, outside / "link");
  CHECK(workspace.root() == dir.path());
  CHECK(workspace.relative((outside / "link") + "/x.csv") == "x.csv");
}

TEST_CASE("a linked work tree shares the main one's .mlo") {
  TempDir dir;
  TestEnv test;
  make_directories(posix_files(), dir / "main");
  git_init(dir / "main");
  repo::init(test.env, dir / "main");
  git_in(dir / "main", "add mlo.yaml .gitignore");
  git_in(dir / "main", "commit -qm one");
  git_in(dir / "main", "worktree add -q ../linked -b other");
  Workspace linked = Workspace::open(test.env, dir / "linked");
  Workspace main = Workspace::open(test.env, dir / "main");
  CHECK(linked.root() == dir / "linked");
  CHECK(linked.mlo_dir() == dir / "main/.mlo");
  CHECK(linked.stat_index_path() != main.stat_index_path());
  CHECK_FALSE(exists(dir / "linked/.mlo"));
}

TEST_CASE("a .mlo that git carries is refused") {
  TempDir dir;
  TestEnv test;
  git_init(dir.path());
  repo::init(test.env, dir.path());
  dir.write(".mlo/config.yaml", "plugin_path: [evil]\n");
  git_in(dir.path(), "add -f mlo.yaml .mlo/config.yaml");
  Error staged = error_of([&] { Workspace::open(test.env, dir.path()); });
  CHECK(staged.message().find("git carries '.mlo'") != std::string::npos);
  git_in(dir.path(), "commit -qm one");
  git_in(dir.path(), "rm -rq --cached .mlo");
  Error committed = error_of([&] { Workspace::open(test.env, dir.path()); });
  CHECK(committed.message().find("git carries '.mlo'") != std::string::npos);
  git_in(dir.path(), "commit -qm two");
  CHECK_NOTHROW(Workspace::open(test.env, dir.path()));
}

TEST_CASE("a .mlo that is a symbolic link is refused") {
  TempDir dir, other;
  TestEnv test;
  repo::init(test.env, dir.path());
  repo::init(test.env, other.path());
  remove_tree(posix_files(), dir / ".mlo");
  posix_files().symlink(other / ".mlo", dir / ".mlo");
  CHECK(message_of([&] { Workspace::open(test.env, dir.path()); }).find("is not a directory") !=
        std::string::npos);
}

TEST_CASE("what belongs to another user is refused with a hint") {
  if (::geteuid() != 0) {
    WARN("not checked: only root can make files of another user");
    return;
  }
  TempDir dir;
  TestEnv test;
  git_init(dir.path());
  repo::init(test.env, dir.path());
  REQUIRE(::chown((dir / ".mlo").c_str(), 12345, 12345) == 0);
  Error own = error_of([&] { Workspace::open(test.env, dir.path()); });
  CHECK(own.message().find("belongs to another user") != std::string::npos);
  CHECK(own.hint().find("chown") != std::string::npos);
  test.variables.values["SUDO_UID"] = "12345";
  CHECK_NOTHROW(Workspace::open(test.env, dir.path()));
  test.variables.values.clear();
  REQUIRE(::chown((dir / ".mlo").c_str(), 0, 0) == 0);
  REQUIRE(::chown(dir.path().c_str(), 12345, 12345) == 0);
  REQUIRE(::chown((dir / ".git").c_str(), 12345, 12345) == 0);
  Error git = error_of([&] { Workspace::open(test.env, dir.path()); });
  CHECK(git.message().find("belongs to another user") != std::string::npos);
  CHECK(git.hint().find("git config --global --add safe.directory") != std::string::npos);
}

TEST_CASE("a store of an unknown version is not opened") {
  TempDir dir;
  TestEnv test;
  repo::init(test.env, dir.path());
  dir.write(".mlo/store/format", "mlo-store 9\nhash sha256\n");
  Workspace workspace = Workspace::open(test.env, dir.path());
  CHECK(error_of([&] { workspace.store(); }).code() == Exit::failure);
}

TEST_CASE("the lock keeps another process out, for a bounded time") {
  TempDir dir;
  TestEnv test;
  repo::init(test.env, dir.path());
  Workspace workspace = Workspace::open(test.env, dir.path());
  auto held = workspace.lock();
  Error error = error_of([&] {
    TestEnv other;
    Workspace::open(other.env, dir.path()).lock(0);
  });
  CHECK(error.message().find("in use by another mlo") != std::string::npos);
}
