#include <catch2/catch.hpp>

#include "data/evict.hpp"
#include "data/evicted.hpp"
#include "data/move.hpp"
#include "data_fixture.hpp"
#include "support/faulty_files.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

struct Tracked : DataFixture {
  Tracked() : DataFixture(true) {
    dir.write("d/a.csv", "a");
    dir.write("d/sub/b.csv", "b");
    dir.write("d/big.bin", std::string(200'000, 'x'));
    dir.write("f", "f");
    add({"d", "f"});
    later();
  }
  data::EvictReport evict(std::vector<std::string> paths) {
    repo::Workspace workspace = open();
    return data::evict(test.env, workspace, {.paths = std::move(paths)});
  }
  data::MoveReport move(const std::string& from, const std::string& to) {
    repo::Workspace workspace = open();
    return data::move(test.env, workspace, {.from = from, .to = to});
  }
  data::RemoveReport remove_tracked(data::RemoveOptions options) {
    repo::Workspace workspace = open();
    return data::remove(test.env, workspace, options);
  }
};

}  // namespace

TEST_CASE("evicted files are gone, no difference, and come back") {
  Tracked fixture;
  auto before = contents(fixture.dir.path());
  data::EvictReport report = fixture.evict({"d"});
  CHECK(report.files == 3);
  CHECK(report.bytes == 200'002);
  CHECK_FALSE(exists(fixture.dir / "d"));
  CHECK(fixture.dir.read(".mlo/evicted") == std::string("mlo-evicted 1\nd\0", 16));
  CHECK(fixture.status().clean());
  CHECK(fixture.status().evicted == 1);
  {
    repo::Workspace workspace = fixture.open();
    data::CheckoutReport kept = data::checkout(fixture.test.env, workspace, {.keep_evicted = true});
    CHECK(kept.files.empty());
    CHECK(kept.evicted == 3);
    CHECK_FALSE(exists(fixture.dir / "d"));
  }
  fixture.checkout({"d"});
  CHECK(contents(fixture.dir.path()) == before);
  CHECK(fixture.status().evicted == 0);
  fixture.remove("d");
  CHECK(lines(fixture.status().files) == "deleted d\n");  // not by evict, this time
}

TEST_CASE("a part of a directory can be evicted") {
  Tracked fixture;
  fixture.dir.write("d/sub/mine", "not tracked");
  fixture.evict({"d/sub", "d/big.bin"});
  CHECK(exists(fixture.dir / "d/a.csv"));
  CHECK_FALSE(exists(fixture.dir / "d/big.bin"));
  CHECK_FALSE(exists(fixture.dir / "d/sub/b.csv"));
  CHECK(fixture.dir.read("d/sub/mine") == "not tracked");
  CHECK(lines(fixture.status().files) == "added d/sub/mine\n");
  CHECK(fixture.status().evicted == 2);
  fixture.checkout();
  CHECK(fixture.dir.read("d/sub/b.csv") == "b");
}

TEST_CASE("what is not stored, or not as tracked, is not evicted") {
  Tracked fixture;
  fixture.rewrite("d/a.csv", "precious");
  auto before = contents(fixture.dir.path());
  CHECK(message_of([&] { fixture.evict({"d"}); }).find("'d/a.csv' differs") != std::string::npos);
  CHECK(contents(fixture.dir.path()) == before);
  CHECK_FALSE(exists(fixture.dir / ".mlo/evicted"));
  fixture.evict({"d/sub"});
  std::string hex = sha256(std::string(200'000, 'x')).hex();
  fixture.remove(".mlo/store/loose/" + hex.substr(0, 2) + "/" + hex.substr(2));
  CHECK(message_of([&] {
          fixture.evict({"d/big.bin"});
        }).find("the store lacks the content of 'd/big.bin'") != std::string::npos);
  CHECK(exists(fixture.dir / "d/big.bin"));
  CHECK(error_of([&] { fixture.evict({"d/bih.bin"}); }).code() == Exit::usage);
}

TEST_CASE("the store's copy goes only with a remote's certificate") {
  Tracked fixture;
  repo::Workspace workspace = fixture.open();
  Digest digest = sha256(std::string(200'000, 'x'));
  Error error = error_of([&] {
    data::evict(fixture.test.env, workspace, {.paths = {"d/big.bin"}, .from_store = true});
  });
  CHECK(error.message() == "no remote certifies that it has the content of 'd/big.bin'");
  CHECK(exists(fixture.dir / "d/big.bin"));
  auto certified = [&](const Digest& each) { return each == digest; };
  data::EvictReport report =
      data::evict(fixture.test.env, workspace,
                  {.paths = {"d/big.bin"}, .from_store = true, .certified = certified});
  CHECK(report.objects == 1);
  CHECK_FALSE(workspace.store().contains(digest));
  CHECK(fixture.status().clean());
}

TEST_CASE("a list of evicted paths that is damaged is an error, not a guess") {
  CHECK(data::parse_evicted(std::string_view("mlo-evicted 1\na\0b/c\0", 20), "x").size() == 2);
  for (std::string_view bad : {"", "mlo-evicted 2\n", "mlo-evicted 1\nabc"}) {
    CHECK_THROWS_AS(data::parse_evicted(bad, "x"), Error);
  }
}

TEST_CASE("move renames data, pointer and .gitignore line") {
  Tracked fixture;
  fixture.git("add .");
  fixture.git("commit -qm one");
  make_directories(posix_files(), fixture.dir / "new");
  data::MoveReport report = fixture.move("d", "new");
  CHECK(report.to == "new/d");
  CHECK(fixture.dir.read("new/d/sub/b.csv") == "b");
  CHECK_FALSE(exists(fixture.dir / "d"));
  CHECK_FALSE(exists(fixture.dir / "d.mlo"));
  CHECK(fixture.dir.read(".gitignore").find("/d\n") == std::string::npos);
  CHECK(fixture.dir.read("new/.gitignore") == "/d\n");
  CHECK(fixture.status().clean());
  CHECK(fixture.status().hashed == 0);  // the stat index went with it
  CHECK(report.changed ==
        std::vector<std::string>{".gitignore", "d.mlo", "new/.gitignore", "new/d.mlo"});
  CHECK(fixture.git("status --porcelain -uall").find("new/d/") == std::string::npos);
  fixture.move("f", "g.csv");
  CHECK(fixture.dir.read("g.csv") == "f");
  CHECK(fixture.status().clean());
}

TEST_CASE("move refuses what would overwrite or hide") {
  Tracked fixture;
  fixture.dir.write("there", "mine");
  auto before = contents(fixture.dir.path());
  CHECK(message_of([&] { fixture.move("f", "there"); }).find("is there already") !=
        std::string::npos);
  CHECK(message_of([&] { fixture.move("f", "d/f"); }).find("lies inside 'd'") != std::string::npos);
  CHECK(message_of([&] { fixture.move("d", "d/e"); }).find("into itself") != std::string::npos);
  CHECK(message_of([&] { fixture.move("d/a.csv", "x"); }).find("is a part of 'd'") !=
        std::string::npos);
  CHECK(message_of([&] { fixture.move("f", "no/where"); }).find("no directory 'no'") !=
        std::string::npos);
  CHECK(message_of([&] { fixture.move("g", "h"); }).find("does not track 'g'") !=
        std::string::npos);
  CHECK(contents(fixture.dir.path()) == before);
}

TEST_CASE("moving evicted data moves that it is evicted") {
  Tracked fixture;
  fixture.evict({"d"});
  fixture.move("d", "e");
  CHECK(fixture.status().clean());
  fixture.checkout({"e"});
  CHECK(fixture.dir.read("e/a.csv") == "a");
}

TEST_CASE("remove takes pointer, .gitignore line and data, but nothing that is not stored") {
  Tracked fixture;
  fixture.rewrite("d/a.csv", "precious");
  auto before = contents(fixture.dir.path());
  Error error = error_of([&] { fixture.remove_tracked({.path = "d"}); });
  CHECK(error.message() == "content that is not stored would be lost: 'd/a.csv'");
  CHECK(contents(fixture.dir.path()) == before);
  SECTION("by force") {
    fixture.remove_tracked({.path = "d", .force = true});
    CHECK_FALSE(exists(fixture.dir / "d"));
  }
  SECTION("keeping the data") {
    fixture.remove_tracked({.path = "d.mlo", .keep_data = true});
    CHECK(fixture.dir.read("d/a.csv") == "precious");
    CHECK(fixture.git("status --porcelain -uall").find("d/a.csv") != std::string::npos);
  }
  SECTION("what is nobody's stays") {
    fixture.add({"d"});
    fixture.dir.write("d/mine", "untracked");
    CHECK(fixture.remove_tracked({.path = "d"}).files == 3);
    CHECK(contents(fixture.dir / "d") ==
          std::map<std::string, std::string>{{"./mine", "- untracked"}});
  }
  CHECK_FALSE(exists(fixture.dir / "d.mlo"));
  CHECK(fixture.dir.read(".gitignore").find("/d\n") == std::string::npos);
  CHECK(exists(fixture.dir / "f.mlo"));
}
