#include "data/checkout.hpp"

#include <catch2/catch.hpp>

#include "data/beneath.hpp"
#include "data_fixture.hpp"
#include "support/faulty_files.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

/// Two commits: d/{a,b,sub/c} and f at first; then b changed, sub gone, n new, f changed.
struct TwoCommits : DataFixture {
  std::map<std::string, std::string> first, second;

  TwoCommits() : DataFixture(true) {
    dir.write("d/a", "a");
    dir.write("d/b", "b");
    dir.write("d/sub/c", "c");
    dir.write("f", "f");
    add({"d", "f"});
    git("add .");
    git("commit -qm one");
    first = contents(dir.path());
    dir.write("d/b", "changed b");
    remove("d/sub");
    dir.write("d/n", "new");
    dir.write("f", "changed f");
    add({"d", "f"});
    git("commit -qam two");
    second = contents(dir.path());
  }
};

}  // namespace

TEST_CASE("after git checkout, data checkout restores what the pointers say") {
  TwoCommits fixture;
  fixture.git("checkout -q HEAD~1");
  CHECK(lines(fixture.checkout().files) ==
        "removed d/n\nupdated d/b\nupdated d/sub/c\nupdated f\n");
  CHECK(contents(fixture.dir.path()) == fixture.first);
  fixture.git("checkout -q main");
  fixture.checkout();
  CHECK(contents(fixture.dir.path()) == fixture.second);  // d/sub is gone with its last file
  CHECK(fixture.status().clean());
  CHECK(fixture.git("status --porcelain") == "");
  CHECK(fixture.checkout().files.empty());
}

TEST_CASE("content that is not stored is never overwritten unless forced") {
  TwoCommits fixture;
  fixture.git("checkout -q HEAD~1");
  fixture.dir.write("d/b", "precious");
  fixture.dir.write("f", "precious too");
  auto before = contents(fixture.dir.path());
  Error error = error_of([&] { fixture.checkout(); });
  CHECK(error.message() == "checkout would overwrite content that is not stored: 'd/b', 'f'");
  CHECK(error.code() == Exit::failure);
  CHECK(contents(fixture.dir.path()) == before);
  fixture.checkout({"d/sub"});  // only this path: nothing is in its way
  CHECK(fixture.dir.read("d/sub/c") == "c");
  CHECK(fixture.dir.read("d/b") == "precious");
  fixture.checkout({}, true);
  CHECK(contents(fixture.dir.path()) == fixture.first);
}

namespace {

/// Another program, which writes while checkout runs.
class Meddler final : public FaultyFiles {
 public:
  Meddler() : FaultyFiles(posix_files(), Fault::none, 0) {}
  void make_directory(const At& place, mode_t mode) override {
    if (place.path.ends_with("/.mlo/checkout")) write();
    FaultyFiles::make_directory(place, mode);
  }
  void unlink(const At& place) override {
    if (place.path == "y") write();
    FaultyFiles::unlink(place);
  }
  std::function<void()> write;
};

}  // namespace

TEST_CASE("what is written while checkout runs is not overwritten") {
  TwoCommits fixture;
  Meddler files;
  TestEnv other(files);
  repo::Workspace workspace = repo::Workspace::open(other.env, fixture.dir.path());
  fixture.git("checkout -q HEAD~1");
  std::string written;
  SECTION("a file that is replaced") { written = "f"; }
  SECTION("a file where nothing was") {
    fixture.remove("f");
    written = "f";
  }
  SECTION("a file that is removed") {
    fixture.git("checkout -q main");
    fixture.dir.write("d/x", "stored");
    fixture.dir.write("d/y", "stored");
    fixture.later();
    std::string before = fixture.dir.read("d.mlo");
    fixture.add({"d"});
    fixture.dir.write("d.mlo", before);
    written = "d/x";
  }
  files.write = [&] { fixture.dir.write(written, "precious"); };
  Error error = error_of([&] { data::checkout(other.env, workspace, {}); });
  CHECK(error.message().ends_with(quoted(written) + " changed while checkout ran"));
  CHECK(fixture.dir.read(written) == "precious");
  data::checkout(other.env, workspace, {.paths = {}, .force = true});
  CHECK(fixture.status({"f"}).clean());
}

TEST_CASE("checkout reaches file systems other than that of .mlo") {
  DataFixture fixture(true);
  fixture.dir.write("d/sub/a", "a");
  fixture.add({"d"});
  fixture.git("add .");
  fixture.git("commit -qm one");
  // A linked work tree shares the main one's .mlo; /dev/shm is a file system of its own.
  INFO("needs /dev/shm and /var/tmp on two file systems");
  REQUIRE(is_directory("/dev/shm"));
  bool in_memory = stat_of(fixture.dir.path())->st_dev == stat_of("/dev/shm")->st_dev;
  std::string linked = (in_memory ? "/var/tmp" : "/dev/shm") + ("/mlo-test-" + random_hex(16));
  fixture.git("worktree add -q " + linked);
  REQUIRE(stat_of(linked)->st_dev != stat_of(fixture.dir.path())->st_dev);
  make_directories(posix_files(), linked + "/d/sub");
  // What a checkout that was killed left behind.
  write_file_atomically(posix_files(), linked + "/d/sub/.mlo-checkout-0", "half");
  {
    repo::Workspace workspace = repo::Workspace::open(fixture.test.env, linked);
    data::checkout(fixture.test.env, workspace, {});
  }
  CHECK(read_file(linked + "/d/sub/a") == "a");
  CHECK(contents(linked + "/d/sub").size() == 1);
  remove_tree(posix_files(), linked);
}

TEST_CASE("files that are not in the tree go only if they are stored") {
  TwoCommits fixture;
  fixture.dir.write("d/mine", "not stored");
  fixture.git("checkout -q HEAD~1");
  CHECK(lines(fixture.checkout().files) ==
        "removed d/n\nupdated d/b\nupdated d/sub/c\nupdated f\nkept d/mine\n");
  CHECK(fixture.dir.read("d/mine") == "not stored");
}

TEST_CASE("files and directories change places") {
  DataFixture fixture;
  fixture.dir.write("d/x/y", "file below");
  fixture.dir.write("d/z", "file");
  fixture.add({"d"});
  std::string first = fixture.dir.read("d.mlo");
  auto first_contents = contents(fixture.dir / "d");
  fixture.remove("d");
  fixture.dir.write("d/x", "now a file");
  fixture.dir.write("d/z/w", "now below");
  fixture.add({"d"});
  std::string second = fixture.dir.read("d.mlo");
  auto second_contents = contents(fixture.dir / "d");
  fixture.dir.write("d.mlo", first);
  fixture.checkout();
  CHECK(contents(fixture.dir / "d") == first_contents);
  fixture.dir.write("d.mlo", second);
  fixture.dir.write("d/x/precious", "not stored");
  CHECK(message_of([&] { fixture.checkout(); }).find("'d/x/precious'") != std::string::npos);
  fixture.checkout({}, true);
  CHECK(contents(fixture.dir / "d") == second_contents);
  fixture.remove("d");
  fixture.dir.write("d", "a file instead of everything");
  CHECK(message_of([&] { fixture.checkout(); }).find("not stored: 'd'") != std::string::npos);
  fixture.checkout({}, true);
  CHECK(contents(fixture.dir / "d") == second_contents);
}

TEST_CASE("a tracked file gives way to a directory and back") {
  DataFixture fixture;
  fixture.dir.write("p", "file");
  fixture.add({"p"});
  std::string file = fixture.dir.read("p.mlo");
  fixture.remove("p");
  fixture.dir.write("p/q", "in a directory");
  fixture.add({"p"});
  std::string tree = fixture.dir.read("p.mlo");
  fixture.dir.write("p.mlo", file);
  fixture.checkout();
  CHECK(fixture.dir.read("p") == "file");
  fixture.dir.write("p.mlo", tree);
  fixture.checkout();
  CHECK(fixture.dir.read("p/q") == "in a directory");
}

TEST_CASE("nothing is written through a symbolic link") {
  TwoCommits fixture;
  TempDir outside;
  outside.write("c", "theirs");
  fixture.git("checkout -q HEAD~1");
  posix_files().symlink(outside.path(), fixture.dir / "d/sub");
  Error error = error_of([&] { fixture.checkout(); });
  CHECK(error.message().find("'d/sub'") != std::string::npos);
  fixture.checkout({}, true);  // the link itself is replaced
  CHECK(outside.read("c") == "theirs");
  CHECK(contents(fixture.dir.path()) == fixture.first);
  // The parent of a tracked path is a link.
  fixture.dir.write("g/h", "x");
  fixture.add({"g/h"});
  fixture.remove("g/h");
  posix_files().rename(fixture.dir / "g", fixture.dir / "real");
  posix_files().symlink("real", fixture.dir / "g");
  CHECK(message_of([&] { fixture.checkout({"g/h"}); }).find("beyond the symbolic link 'g'") !=
        std::string::npos);
}

TEST_CASE("directories are opened beneath the root only") {
  TempDir dir, outside;
  make_directories(posix_files(), dir / "a/b");
  posix_files().symlink(outside.path(), dir / "a/link");
  data::Beneath beneath(dir.path());
  CHECK_NOTHROW(beneath.open("a/b"));
  CHECK_THROWS_AS(beneath.open("a/link"), Error);
  CHECK_THROWS_AS(beneath.open(".."), Error);
  CHECK_THROWS_AS(beneath.make(posix_files(), "a/link/x"), Error);
  beneath.make(posix_files(), "a/c/d");
  CHECK(is_directory(dir / "a/c/d"));
  CHECK_FALSE(exists(outside / "x"));
}

TEST_CASE("missing objects are found before anything changes") {
  TwoCommits fixture;
  fixture.git("checkout -q HEAD~1");
  auto before = contents(fixture.dir.path());
  fixture.remove(".mlo/store");
  Error error = error_of([&] { fixture.checkout(); });
  CHECK(error.message().find("the store lacks the content of 'd', 'f'") != std::string::npos);
  CHECK(contents(fixture.dir.path()) == before);
}

TEST_CASE("an unchanged file needs no object") {
  DataFixture fixture;
  fixture.dir.write("f", "x");
  fixture.add({"f"});
  fixture.remove(".mlo/store");
  CHECK(fixture.checkout().files.empty());
}

TEST_CASE("what a power cut left of a checkout is replaced without force") {
  DataFixture fixture;
  fixture.dir.write("f", "twelve bytes");
  fixture.add({"f"});
  fixture.dir.write("f", "twelve");
  fixture.checkout();
  CHECK(fixture.dir.read("f") == "twelve bytes");
  fixture.rewrite("f", "twelve byteX");
  CHECK_THROWS_AS(fixture.checkout(), Error);
}

TEST_CASE("a damaged object is no reason to let the only good copy go") {
  DataFixture fixture;
  std::string first(200'000, '1'), second(200'000, '2');
  fixture.dir.write("f", first);
  fixture.add({"f"});
  std::string pointer = fixture.dir.read("f.mlo");
  fixture.rewrite("f", second);
  fixture.add({"f"});
  std::string hex = sha256(second).hex();
  std::string object = fixture.dir / (".mlo/store/loose/" + hex.substr(0, 2) + "/" + hex.substr(2));
  REQUIRE(::truncate(object.c_str(), 0) == 0);
  fixture.dir.write("f.mlo", pointer);
  CHECK_THAT(error_of([&] { fixture.checkout(); }).message(),
             Catch::Contains("content that is not stored"));
  CHECK(fixture.dir.read("f") == second);
}

TEST_CASE("a link to a damaged object is not taken for its content") {
  DataFixture fixture;
  std::string text(200'000, 'L');
  fixture.dir.write("f", text);
  fixture.add({"f"});
  fixture.remove("f");
  std::string hex = sha256(text).hex();
  std::string object = fixture.dir / (".mlo/store/loose/" + hex.substr(0, 2) + "/" + hex.substr(2));
  REQUIRE(::chmod(object.c_str(), 0644) == 0);
  Descriptor fd(::open(object.c_str(), O_WRONLY | O_CLOEXEC));
  posix_files().write(fd.get(), as_bytes("X"), object);
  fixture.dir.write(".mlo/config.yaml", "store: {link: [hardlink]}\n");
  fixture.checkout();
  fixture.later();
  CHECK_FALSE(fixture.status().clean());
}

TEST_CASE("links of the store are used as configured") {
  DataFixture fixture;
  std::string large(200'000, 'L');
  fixture.dir.write("d/large", large);
  fixture.dir.write("d/run", large + "x", 0755);
  fixture.add({"d"});
  fixture.remove("d");
  std::string hex = sha256(large).hex();
  std::string object = ".mlo/store/loose/" + hex.substr(0, 2) + "/" + hex.substr(2);
  SECTION("hard links, and damage through one is reported as such") {
    fixture.dir.write(".mlo/config.yaml", "store: {link: [hardlink, copy]}\n");
    fixture.checkout();
    CHECK(stat_of(fixture.dir / "d/large")->st_ino == stat_of(fixture.dir / object)->st_ino);
    CHECK(stat_of(fixture.dir / "d/run")->st_nlink == 1);
    CHECK(fixture.status().clean());
    REQUIRE(::chmod((fixture.dir / "d/large").c_str(), 0644) == 0);
    fixture.dir.write("d/large", "through the link");
    CHECK(lines(fixture.status().files) == "damaged d/large\n");
  }
  SECTION("symbolic links stand for the object") {
    fixture.dir.write(".mlo/config.yaml", "store: {link: [symlink]}\n");
    fixture.checkout();
    CHECK(S_ISLNK(stat_of(fixture.dir / "d/large")->st_mode));
    CHECK(fixture.dir.read("d/large") == large);
    CHECK(fixture.status().clean());
    CHECK(lines(fixture.add({"d"}).files) == "unchanged d\n");
  }
}
