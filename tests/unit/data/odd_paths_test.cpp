// Paths that are misspelt, hidden, closed, linked or very long.
#include <catch2/catch.hpp>

#include "data/list.hpp"
#include "data/listing.hpp"
#include "data_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

TEST_CASE("a misspelt path inside a tracked directory is an error") {
  DataFixture fixture;
  fixture.dir.write("d/sub/a", "a");
  fixture.add({"d"});
  fixture.remove("d/sub/a");
  for (const char* typo : {"d/tpyo", "d/sub/b", "d/sub/a/x"}) {
    INFO(typo);
    CHECK(error_of([&] { fixture.status({typo}); }).code() == Exit::usage);
    CHECK(error_of([&] { fixture.checkout({typo}); }).code() == Exit::usage);
    repo::Workspace workspace = fixture.open();
    CHECK(error_of([&] {
            data::list(fixture.test.env, workspace, {.paths = {typo}, .recursive = true});
          }).code() == Exit::usage);
    CHECK(error_of([&] { fixture.diff({std::string("./") + typo}); }).code() == Exit::usage);
  }
  CHECK(lines(fixture.status({"d/sub/a"}).files) == "deleted d/sub/a\n");  // gone, but known
  fixture.checkout({"d/sub/a"});
  CHECK(fixture.dir.read("d/sub/a") == "a");
}

TEST_CASE(".mloignore never makes tracked content look deleted") {
  DataFixture fixture;
  fixture.dir.write("d/a.log", "log");
  fixture.dir.write("d/cache/b", "b");
  fixture.dir.write("d/c", "c");
  fixture.add({"d"});
  fixture.dir.write(".mloignore", "*.log\ncache/\n");
  CHECK(lines(fixture.status().files) == "ignored d/a.log\nignored d/cache\n");
  fixture.dir.write("d/other.log", "untracked");
  CHECK(lines(fixture.status().files) == "ignored d/a.log\nignored d/cache\n");
  // checkout looks through the rules: it puts back what is tracked.
  fixture.remove("d/a.log");
  fixture.remove("d/cache/b");
  CHECK(lines(fixture.status({"d/a.log"}).files) == "deleted d/a.log\n");
  fixture.checkout();
  CHECK(fixture.dir.read("d/a.log") == "log");
  CHECK(fixture.dir.read("d/cache/b") == "b");
  CHECK(fixture.dir.read("d/other.log") == "untracked");
  CHECK(fixture.checkout().files.empty());
}

TEST_CASE("what may not be read is named, and the rest is looked at") {
  DataFixture fixture;
  fixture.dir.write("d/a", "a");
  fixture.dir.write("d/closed/b", "b");
  fixture.dir.write("d/z", "z");
  fixture.add({"d"});
  fixture.dir.write("d/a", "changed");
  fixture.dir.write("d/secret", "x");
  REQUIRE(::chmod((fixture.dir / "d/closed").c_str(), 0) == 0);
  REQUIRE(::chmod((fixture.dir / "d/secret").c_str(), 0) == 0);
  std::string text = in_child(fixture.dir.path(), [&] {
    auto report = fixture.status();
    throw failure(lines(report.files) + std::to_string(report.unreadable));
  });
  std::string kept = in_child(fixture.dir.path(), [&] {
    auto report = fixture.checkout({"d/closed", "d/z"});
    throw failure(lines(report.files) + std::to_string(report.unreadable));
  });
  REQUIRE(::chmod((fixture.dir / "d/closed").c_str(), 0755) == 0);
  CHECK(text == "modified d/a\nunreadable d/closed\nunreadable d/secret\n2");
  CHECK(kept == "unreadable d/closed\n1");
}

TEST_CASE("a symbolic link into the store is noticed when it was written through") {
  DataFixture fixture;
  std::string large(200'000, 'L');
  fixture.dir.write("d/large", large);
  fixture.dir.write("f", large + "f");
  fixture.add({"d", "f"});
  fixture.remove("d");
  fixture.remove("f");
  fixture.dir.write(".mlo/config.yaml", "store: {link: [symlink]}\n");
  fixture.checkout();
  fixture.later();
  CHECK(fixture.status().clean());
  CHECK(fixture.status().hashed == 0);
  // A path that is such a link can be added, as what it stands for.
  CHECK(lines(fixture.add({"f"}).files) == "unchanged f\n");
  CHECK(lines(fixture.add({"d/large"}).files) == "unchanged d\n");
  std::string object = data::link_target(fixture.dir / "d/large");
  REQUIRE(::chmod(object.c_str(), 0644) == 0);
  write_file_atomically(posix_files(), fixture.dir / "edit", "through the link");
  REQUIRE(std::system(("cat '" + (fixture.dir / "edit") + "' > '" + (fixture.dir / "d/large") + "'")
                          .c_str()) == 0);
  CHECK(lines(fixture.status().files) == "damaged d/large\n");
  CHECK(message_of([&] { fixture.checkout(); }).find("'d/large' was written to through a link") !=
        std::string::npos);
}

TEST_CASE("very long names") {
  DataFixture fixture;
  for (size_t length : {238, 247, 251}) {
    std::string name(length, 'n');
    fixture.dir.write(name, "x");
    INFO(length);
    CHECK(lines(fixture.add({name}).files) == "added " + name + "\n");
    fixture.remove(name);
    fixture.checkout({name});
    CHECK(fixture.dir.read(name) == "x");
  }
  std::string name(252, 'n');
  fixture.dir.write(name, "x");
  Error error = error_of([&] { fixture.add({name}); });
  CHECK(error.code() == Exit::usage);
  CHECK(error.message().find("too long") != std::string::npos);
  fixture.dir.write("d/" + std::string(255, 'm'), "y");
  fixture.add({"d"});
  fixture.remove("d");
  fixture.checkout({"d"});
  CHECK(fixture.dir.read("d/" + std::string(255, 'm')) == "y");
}

TEST_CASE("one pointer that cannot be read does not stop a diff") {
  DataFixture fixture(true);
  fixture.dir.write("a", "a");
  fixture.dir.write("b", "b");
  fixture.add({"a", "b"});
  std::string good = fixture.dir.read("a.mlo");
  fixture.dir.write("a.mlo", "<<<<<<< ours\n");
  fixture.git("add -A");
  fixture.git("commit -qm broken");
  fixture.dir.write("a.mlo", good);
  fixture.dir.write("b", "changed");
  fixture.add({"b"});
  data::DiffReport report = fixture.diff({"HEAD"});
  CHECK(lines(report.files) == "modified b\n");
  REQUIRE(report.problems.size() == 1);
  CHECK(report.problems[0].find("a.mlo") != std::string::npos);
}
