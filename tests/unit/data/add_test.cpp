#include "data/add.hpp"

#include <sys/socket.h>
#include <sys/un.h>

#include <catch2/catch.hpp>
#include <cstdlib>

#include "data/pointers.hpp"
#include "data_fixture.hpp"
#include "store/tree.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("add writes pointer, .gitignore line and objects") {
  DataFixture fixture(GENERATE(false, true));
  fixture.dir.write("data/train.csv", "a,b\n");
  data::AddReport report = fixture.add({"data/train.csv"});
  CHECK(lines(report.files) == "added data/train.csv\n");
  CHECK(report.hashed == 1);
  CHECK(report.objects == 1);
  std::string hex = sha256(std::string_view("a,b\n")).hex();
  CHECK(fixture.dir.read("data/train.csv.mlo") ==
        "mlo: 1\ntype: file\ndigest: sha256:" + hex + "\nsize: 4\n");
  CHECK(fixture.dir.read("data/.gitignore") == "/train.csv\n");
  CHECK(fixture.open().store().read(sha256(std::string_view("a,b\n"))) == "a,b\n");
  CHECK(fixture.status().clean());
}

TEST_CASE("adding an unchanged tree again reads nothing and changes nothing") {
  DataFixture fixture;
  for (int i = 0; i < 300; ++i) fixture.dir.write("d/f" + std::to_string(i), std::to_string(i));
  fixture.later();
  CHECK(fixture.add({"d"}).hashed == 300);
  std::string pointer = fixture.dir.read("d.mlo");
  data::AddReport again = fixture.add({"d"});
  CHECK(again.hashed == 0);
  CHECK(again.objects == 0);
  CHECK(lines(again.files) == "unchanged d\n");
  CHECK(fixture.dir.read("d.mlo") == pointer);
  CHECK(fixture.status().hashed == 0);
  fixture.dir.write("d/f7", "seven");
  CHECK(fixture.add({"d"}).hashed == 1);
}

TEST_CASE("files written in the tick of the look are hashed again, once") {
  DataFixture fixture;
  fixture.dir.write("d/f", "1");
  const auto written = stat_of(fixture.dir / "d/f")->st_ctim;
  fixture.test.clock.set(int64_t{written.tv_sec} * 1'000'000'000 + written.tv_nsec);
  CHECK(fixture.add({"d"}).hashed == 1);
  fixture.later();
  CHECK(fixture.status().hashed == 1);  // the entry was racy, so it was not kept
  CHECK(fixture.status().hashed == 0);
}

TEST_CASE("a store that lost an object gets it back") {
  DataFixture fixture;
  fixture.dir.write("d/f", std::string(200'000, 'x'));
  fixture.later();
  fixture.add({"d"});
  std::string hex = sha256(std::string(200'000, 'x')).hex();
  std::string loose = ".mlo/store/loose/" + hex.substr(0, 2) + "/" + hex.substr(2);
  REQUIRE(exists(fixture.dir / loose));
  fixture.remove(loose);
  data::AddReport report = fixture.add({"d"});
  CHECK(lines(report.files) == "unchanged d\n");
  CHECK(report.hashed == 1);
  CHECK(exists(fixture.dir / loose));
}

TEST_CASE("a path inside a tracked directory updates only this path") {
  DataFixture fixture;
  fixture.dir.write("d/a", "1");
  fixture.dir.write("d/sub/b", "2");
  fixture.dir.write("d/sub/c", "3");
  fixture.add({"d"});
  fixture.dir.write("d/a", "changed");
  fixture.dir.write("d/sub/b", "changed");
  fixture.dir.write("d/sub/new/n", "new");
  data::AddReport report = fixture.add({"d/sub/b", "d/sub/new"});
  CHECK(lines(report.files) == "updated d\n");
  CHECK_FALSE(exists(fixture.dir / "d/sub/b.mlo"));
  CHECK(lines(fixture.status().files) == "modified d/a\n");
  fixture.remove("d/sub/c");
  fixture.add({"d/sub/c"});
  CHECK(lines(fixture.status().files) == "modified d/a\n");
  // The result is the tree that adding everything gives.
  fixture.add({"d/a"});
  CHECK(lines(fixture.add({"d"}).files) == "unchanged d\n");
  CHECK(error_of([&] { fixture.add({"d/none"}); }).code() == Exit::usage);
}

TEST_CASE("links, empty directories, odd names and executable bits come back") {
  DataFixture fixture;
  fixture.dir.write("d/run.sh", "#!/bin/sh\n", 0755);
  fixture.dir.write("d/plain", "x");
  fixture.dir.write("d/\xFF\xFEname\n", "odd");
  fixture.dir.write("d/-rf *", "star");
  fixture.dir.write("d/deep/er/f", std::string(300'000, 'y'));
  make_directories(posix_files(), fixture.dir / "d/empty/inner");
  posix_files().symlink("plain", fixture.dir / "d/link");
  posix_files().symlink("/nowhere/\xFF", fixture.dir / "d/dangling");
  posix_files().symlink("deep", fixture.dir / "d/dirlink");
  auto before = contents(fixture.dir / "d");
  CHECK(before.size() == 12);
  fixture.add({"d"});
  fixture.remove("d");
  fixture.checkout();
  CHECK(contents(fixture.dir / "d") == before);
  CHECK(fixture.status().clean());
}

TEST_CASE("an empty directory and an empty file can be tracked") {
  DataFixture fixture;
  make_directories(posix_files(), fixture.dir / "d");
  fixture.dir.write("f", "");
  fixture.add({"d", "f"});
  fixture.remove("d");
  fixture.remove("f");
  fixture.checkout();
  CHECK(is_directory(fixture.dir / "d"));
  CHECK(fixture.dir.read("f").empty());
  CHECK(fixture.status().clean());
}

TEST_CASE(".mloignore keeps files out") {
  DataFixture fixture;
  fixture.dir.write(".mloignore", "*.tmp\n");
  fixture.dir.write("d/.mloignore", "cache/\n");
  fixture.dir.write("d/a.tmp", "x");
  fixture.dir.write("d/cache/x", "x");
  fixture.dir.write("d/keep", "x");
  REQUIRE(::mkfifo((fixture.dir / "d/pipe.tmp").c_str(), 0600) == 0);
  fixture.add({"d"});
  repo::Workspace workspace = fixture.open();
  auto entries =
      store::read_tree(workspace.store(), data::pointer_for(workspace, "d")->pointer.digest);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == ".mloignore");
  CHECK(entries[1].name == "keep");
}

TEST_CASE("what cannot be added is refused and nothing changes") {
  DataFixture fixture(true);
  fixture.dir.write("in-git/code.py", "x");
  fixture.git("add in-git");
  fixture.dir.write("good.csv", "1");
  fixture.dir.write("file", "1");
  fixture.dir.write("nested/a", "1");
  fixture.dir.write("nested/b/c", "1");
  fixture.add({"nested/b"});
  posix_files().symlink("file", fixture.dir / "link");
  posix_files().symlink("nested", fixture.dir / "dirlink");
  fixture.dir.write("cloned/.git/HEAD", "ref");
  fixture.dir.write("bad\nname", "x");
  fixture.dir.write("bad\xFF", "x");
  auto before = contents(fixture.dir.path());
  struct Case {
    const char* path;
    const char* message;
    Exit code;
  };
  const Case cases[] = {
      {".", "the workspace itself", Exit::usage},
      {"..", "outside the workspace", Exit::usage},
      {"none.csv", "there is no file or directory 'none.csv'", Exit::usage},
      {"in-git", "git tracks 'in-git'", Exit::usage},
      {"in-git/code.py", "git tracks 'in-git/code.py'", Exit::usage},
      {"nested", "'nested/b.mlo' is a pointer inside 'nested'", Exit::usage},
      {"link", "is a symbolic link", Exit::usage},
      {"dirlink/a", "beyond the symbolic link 'dirlink'", Exit::usage},
      {".mlo/store", "is reserved", Exit::usage},
      {".git", "is reserved", Exit::usage},
      {"nested/b.mlo", "is a pointer", Exit::usage},
      {"mlo.yaml", "is configuration", Exit::usage},
      {"bad\nname", "must be UTF-8 without line breaks", Exit::usage},
      {"bad\xFF", "must be UTF-8 without line breaks", Exit::usage},
      {"cloned", "'cloned/.git' is reserved", Exit::failure},
  };
  for (const Case& each : cases) {
    // Also beside a good one: either all or nothing.
    Error error = error_of([&] { fixture.add({"good.csv", each.path}); });
    INFO(each.path << ": " << error.message());
    CHECK(error.message().find(each.message) != std::string::npos);
    CHECK(error.code() == each.code);
    CHECK(contents(fixture.dir.path()) == before);
  }
  CHECK(message_of([&] {
          fixture.add({"nested/a", "nested/b"});
          fixture.add({"nested"});
        }).find("pointer inside") != std::string::npos);
}

TEST_CASE("a directory and a file in it at once are refused") {
  DataFixture fixture;
  fixture.dir.write("d/a", "1");
  CHECK(message_of([&] {
          fixture.add({"d", "d/a"});
        }).find("lies inside 'd'") != std::string::npos);
  CHECK_FALSE(exists(fixture.dir / "d.mlo"));
}

TEST_CASE("pipes, sockets and unreadable files are named, and nothing changes") {
  DataFixture fixture;
  fixture.dir.write("d/a", "1");
  fixture.add({"d"});
  std::string pointer = fixture.dir.read("d.mlo");
  fixture.dir.write("d/a", "2");
  REQUIRE(::mkfifo((fixture.dir / "d/pipe").c_str(), 0600) == 0);
  Error pipe = error_of([&] { fixture.add({"d"}); });
  CHECK(pipe.message().find("'d/pipe' is a named pipe") != std::string::npos);
  CHECK(pipe.code() == Exit::failure);
  CHECK(fixture.status().files.back().state == data::State::unsupported);
  fixture.remove("d/pipe");
  int fd = ::socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address{.sun_family = AF_UNIX, .sun_path = {}};
  std::snprintf(address.sun_path, sizeof address.sun_path, "%s", (fixture.dir / "d/s").c_str());
  REQUIRE(::bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
  ::close(fd);
  CHECK(message_of([&] { fixture.add({"d"}); }).find("'d/s' is a socket") != std::string::npos);
  fixture.remove("d/s");
  fixture.dir.write("d/secret", "3", 0);
  std::string unreadable = in_child(fixture.dir.path(), [&] { fixture.add({"d"}); });
  CHECK(unreadable.find("'d/secret'") != std::string::npos);
  CHECK(unreadable.find("Permission denied") != std::string::npos);
  CHECK(fixture.dir.read("d.mlo") == pointer);
}

TEST_CASE("a read-only store and a read-only workspace are clear errors") {
  DataFixture fixture;
  fixture.dir.write("a.csv", "1");
  fixture.dir.write("b.csv", "2");
  fixture.add({"a.csv"});
  fixture.later();
  std::string chmod = "chmod -R a-w '" + (fixture.dir / ".mlo/store") + "'";
  REQUIRE(std::system(chmod.c_str()) == 0);
  std::string message = in_child(fixture.dir.path(), [&] { fixture.add({"b.csv"}); });
  CHECK(message.find("ermission denied") != std::string::npos);
  CHECK_FALSE(exists(fixture.dir / "b.csv.mlo"));
  CHECK(in_child(fixture.dir.path(), [&] {
          if (!fixture.status().clean()) throw failure("not clean");
        }) == "");
  chmod = "chmod -R a-w '" + fixture.dir.path() + "'";
  REQUIRE(std::system(chmod.c_str()) == 0);
  std::string status = in_child(fixture.dir.path(), [&] { fixture.status(); });
  REQUIRE(std::system(("chmod -R u+w '" + fixture.dir.path() + "'").c_str()) == 0);
  CHECK(status == "");
}

TEST_CASE("two mlo at once lose nothing") {
  DataFixture fixture;
  for (int i = 0; i < 8; ++i) fixture.dir.write("d/f" + std::to_string(i), "old");
  fixture.add({"d"});
  for (int i = 0; i < 8; ++i) {
    fixture.dir.write("d/f" + std::to_string(i), "new" + std::to_string(i));
    fixture.dir.write("e" + std::to_string(i), std::to_string(i));
  }
  std::vector<pid_t> children;
  for (int i = 0; i < 8; ++i) {
    pid_t child = ::fork();
    if (child == 0) {
      try {
        // Eight edits of one tracked directory, eight lines of one .gitignore.
        fixture.add({"d/f" + std::to_string(i), "e" + std::to_string(i)});
        ::_exit(0);
      } catch (...) {
        ::_exit(1);
      }
    }
    children.push_back(child);
  }
  for (pid_t child : children) {
    int status = 0;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(fixture.status().clean());
  for (int i = 0; i < 8; ++i) {
    CHECK(fixture.dir.read(".gitignore").find("/e" + std::to_string(i) + "\n") !=
          std::string::npos);
  }
}

TEST_CASE("a pointer that git ignores is warned about") {
  DataFixture fixture(true);
  fixture.dir.write(".gitignore", "*.mlo\n");
  fixture.dir.write("a.csv", "1");
  fixture.add({"a.csv"});
  REQUIRE(fixture.test.reporter.warnings.size() == 1);
  CHECK(fixture.test.reporter.warnings[0].find("git ignores 'a.csv.mlo'") != std::string::npos);
}

TEST_CASE("data of a workspace inside this one is its own affair") {
  DataFixture fixture;
  make_directories(posix_files(), fixture.dir / "nest/deep");
  fixture.dir.write("nest/deep/z.csv", "precious");
  fixture.dir.write("nest/mlo.yaml", "");
  Error error = error_of([&] { fixture.add({"nest/deep/z.csv"}); });
  CHECK(error.code() == Exit::usage);
  CHECK(error.message() == "'nest/deep/z.csv' belongs to the workspace 'nest'");
  CHECK(error.hint() == "mlo -C 'nest' data add 'deep/z.csv'");
}

TEST_CASE("the executable bit of a single file is not lost in silence") {
  DataFixture fixture;
  fixture.dir.write("d/tool.sh", "#!/bin/sh\n", 0755);
  fixture.dir.write("tool.sh", "#!/bin/sh\n", 0755);
  fixture.add({"d"});
  CHECK(fixture.test.reporter.warnings.empty());
  fixture.add({"tool.sh"});
  REQUIRE(fixture.test.reporter.warnings.size() == 1);
  CHECK(fixture.test.reporter.warnings[0].find("executable bit") != std::string::npos);
}
