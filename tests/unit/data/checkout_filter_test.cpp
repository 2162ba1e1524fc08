#include "data/checkout_filter.hpp"

#include <catch2/catch.hpp>

#include "data_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

struct Files : DataFixture {
  Files() {
    dir.write("d/a.csv", "aa");
    dir.write("d/b.txt", "b");
    dir.write("d/sub/c.csv", "ccc");
    dir.write("d/[odd]", "odd");
    dir.write("e.csv", "eeee");
    add({"d", "e.csv"});
    remove("d");
    remove("e.csv");
  }
  std::string run(data::CheckoutOptions options) {
    repo::Workspace workspace = open();
    return lines(data::checkout(test.env, workspace, options).files);
  }
};

}  // namespace

TEST_CASE("checkout by glob") {
  Files fixture;
  SECTION("a path that names nothing is a glob") {
    CHECK(fixture.run({.paths = {"*.csv"}}) == "updated e.csv\n");
    CHECK(fixture.run({.paths = {"d/*.csv"}}) == "updated d/a.csv\n");
    CHECK(fixture.run({.paths = {"**/*.csv"}}) == "updated d/sub/c.csv\n");
    CHECK(fixture.run({.paths = {"d/su*"}}).empty());
    CHECK_FALSE(exists(fixture.dir / "d/b.txt"));
  }
  SECTION("globs and paths") {
    CHECK(fixture.run({.paths = {"d/b.txt", "e.*"}}) == "updated d/b.txt\nupdated e.csv\n");
  }
  SECTION("a name with brackets is itself first") {
    CHECK(fixture.run({.paths = {"d"}, .filter = {.include = {"\\[odd\\]"}}}) ==
          "updated d/[odd]\n");
  }
  SECTION("include and exclude") {
    CHECK(fixture.run({.filter = {.include = {"*.csv"}, .exclude = {"sub"}}}) ==
          "updated d/a.csv\nupdated e.csv\n");
    CHECK(fixture.run({.filter = {.include = {"d/sub/"}}}) == "updated d/sub/c.csv\n");
  }
  SECTION("by size") {
    CHECK(fixture.run({.filter = {.min_size = 4}}) == "updated e.csv\n");
    CHECK(fixture.run({.filter = {.max_size = 1}}) == "updated d/b.txt\n");
  }
}

TEST_CASE("the reason why the first kind of link did not serve is said") {
  DataFixture fixture;
  fixture.dir.write("large", std::string(200'000, 'L'));
  fixture.dir.write("small", "s");
  fixture.add({"large", "small"});
  fixture.remove("large");
  fixture.remove("small");
  repo::Workspace workspace = fixture.open();
  data::CheckoutReport report = data::checkout(fixture.test.env, workspace, {});
  auto count = [&](store::LinkKind kind) { return report.links[static_cast<size_t>(kind)]; };
  bool cloned = count(store::LinkKind::reflink) == 1;  // where the file system can
  CHECK(count(store::LinkKind::copy) == (cloned ? 1 : 2));
  CHECK(report.link_note == (cloned ? "" : "reflink: not supported by the file system; copied"));
}
