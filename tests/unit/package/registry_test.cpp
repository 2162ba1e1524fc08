#include "package/registry.hpp"

#include <catch2/catch.hpp>
#include <set>
#include <thread>

#include "package/history.hpp"
#include "package/model_files.hpp"
#include "package_fixture.hpp"

using namespace mlo;
using namespace mlo::package;
using test::error_of;
using test::message_of;

TEST_CASE("names are files and back") {
  CHECK(encode_name("vocabulary") == "vocabulary");
  CHECK(encode_name("a b") == "a%20b");
  CHECK(encode_name("..") == "%2E.");
  CHECK(encode_name(".hidden") == "%2Ehidden");
  CHECK(encode_name("50%") == "50%25");
  CHECK(encode_name("ä") == "%C3%A4");
  for (const std::string name : {"vocabulary", "a b", "..", "%", "ä/ö", "x.y_z-1"}) {
    CHECK(decode_name(encode_name(name)) == name);
  }
  CHECK_FALSE(decode_name("a%2"));
  CHECK_FALSE(decode_name("a%zz"));
  CHECK_FALSE(decode_name("%61"));  // encode_name writes "a"
  CHECK_FALSE(decode_name(""));
  CHECK_FALSE(decode_name("a b"));
}

TEST_CASE("the golden version file and model file") {
  const std::string data = MLO_TEST_DATA;
  ModelVersion version;
  parse_version_file(read_file(data + "/1.yaml"), "1.yaml", version);
  CHECK(version.digest.bytes[0] == 0xab);
  CHECK(version.kind == "package");
  CHECK(version.metrics.at(1).second == 0.875);
  CHECK(format_version_file(version) == read_file(data + "/1.yaml"));
  Model model;
  parse_model_file(read_file(data + "/model.yaml"), "model.yaml", model);
  CHECK(model.description == "who knows ten words");
  CHECK(model.aliases.at(0).first == "production");
  CHECK(model.tags.at(0).second == "survey");
  CHECK(message_of([&] {
          parse_model_file("mlo: 1\naliasses: {}\n", "model.yaml", model);
        }).find("model.yaml:2:1: ") == 0);
  CHECK(message_of([&] {
          parse_model_file("mlo: 1\naliases:\n  a: x\n", "model.yaml", model);
        }).find("model.yaml:3:6: ") == 0);
  const auto newer = error_of([&] { parse_model_file("mlo: 2\n", "model.yaml", model); });
  CHECK(newer.message().find("written by a newer mlo") != std::string::npos);
  CHECK(version_of_file("12.yaml") == 12);
  CHECK_FALSE(version_of_file("012.yaml"));
  CHECK_FALSE(version_of_file("model.yaml"));
  CHECK_FALSE(version_of_file(".yaml"));
}

TEST_CASE("versions count up; the same build twice is one version") {
  test::PackageFixture f;
  CHECK(f.add("vocabulary", "one").version.version == 1);
  CHECK(f.add("vocabulary", "two").version.version == 2);
  const auto again = f.add("vocabulary", "two");
  CHECK(again.version.version == 2);
  CHECK_FALSE(again.created);
  CHECK(f.add("vocabulary", "one").version.version == 3);  // not the latest: a new version
  CHECK(f.registry().show("vocabulary").versions.size() == 3);
  CHECK(f.dir.read("models/vocabulary/model.yaml") == "mlo: 1\n");
  CHECK(f.registry().names() == std::vector<std::string>{"vocabulary"});
}

TEST_CASE("a version that is known keeps its bytes") {
  test::PackageFixture f;
  f.add("vocabulary", "one");
  const std::string text = "# looked at by hand\n" + f.dir.read("models/vocabulary/1.yaml");
  f.dir.write("models/vocabulary/1.yaml", text);
  CHECK_FALSE(f.add("vocabulary", "one").created);
  CHECK(f.dir.read("models/vocabulary/1.yaml") == text);
}

TEST_CASE("concurrent builds never take the same number") {
  test::PackageFixture f;
  std::vector<std::thread> threads;
  std::vector<int64_t> numbers(8);
  for (int t = 0; t < 8; ++t) {
    threads.emplace_back([&, t] {
      test::TestEnv env;
      auto workspace = repo::Workspace::open(env.env, f.dir.path());
      RegisterOptions options;
      options.name = "m";
      options.digest = sha256(std::to_string(t));
      numbers[static_cast<size_t>(t)] = Registry(env.env, workspace).add(options).version.version;
    });
  }
  for (auto& thread : threads) thread.join();
  CHECK(std::set<int64_t>(numbers.begin(), numbers.end()).size() == 8);
}

TEST_CASE("aliases: set, move, compare-and-swap, remove") {
  test::PackageFixture f;
  f.add("vocabulary", "one");
  f.add("vocabulary", "two");
  auto registry = f.registry();
  auto report = registry.alias({.name = "vocabulary", .alias = "production", .version = 1});
  CHECK_FALSE(report.before);
  CHECK(registry.resolve("vocabulary@production").version == 1);
  CHECK(registry.resolve("model:vocabulary@production").digest == sha256("one"));
  CHECK(registry.resolve("vocabulary").version == 2);
  CHECK(registry.resolve("vocabulary:1").version == 1);

  const auto stale = error_of([&] {
    registry.alias({.name = "vocabulary", .alias = "production", .version = 2, .expect = 2});
  });
  CHECK(stale.code() == Exit::no);
  CHECK(stale.message() == "alias 'production' of model 'vocabulary' is 1, not 2");
  CHECK(registry.resolve("vocabulary@production").version == 1);
  report = registry.alias({.name = "vocabulary", .alias = "production", .version = 2, .expect = 1});
  CHECK(report.before == 1);
  CHECK(registry.resolve("vocabulary@production").version == 2);
  CHECK(error_of([&] {
          registry.alias({.name = "vocabulary", .alias = "production", .version = 1, .expect = 0});
        }).code() == Exit::no);
  registry.alias({.name = "vocabulary", .alias = "production", .version = std::nullopt});
  CHECK(f.dir.read("models/vocabulary/model.yaml") == "mlo: 1\naliases: {}\n");
}

TEST_CASE("what is not there is named, with the nearest") {
  test::PackageFixture f;
  auto registry = f.registry();
  CHECK(error_of([&] { registry.show("x"); }).hint().find("mlo package build") !=
        std::string::npos);
  f.add("vocabulary", "one");
  registry.alias({.name = "vocabulary", .alias = "production", .version = 1});
  const auto model = error_of([&] { registry.resolve("vocabulray"); });
  CHECK(model.code() == Exit::usage);
  CHECK(model.message() == "there is no model 'vocabulray'");
  CHECK(model.hint().find("'vocabulary'") != std::string::npos);
  CHECK(message_of([&] { registry.resolve("vocabulary:7"); }) ==
        "model 'vocabulary' has no version 7");
  const auto alias = error_of([&] { registry.resolve("vocabulary@prodution"); });
  CHECK(alias.message() == "model 'vocabulary' has no alias 'prodution'");
  CHECK(alias.hint().find("'production'") != std::string::npos);
  CHECK_THROWS_AS(registry.alias({.name = "vocabulary", .alias = "x", .version = 9}), Error);
  CHECK_THROWS_AS(registry.alias({.name = "vocabulary", .alias = "12", .version = 1}), Error);
  CHECK_THROWS_AS(registry.alias({.name = "vocabulary", .alias = "a:b", .version = 1}), Error);
  CHECK_THROWS_AS(f.add("", "x"), Error);
  CHECK_THROWS_AS(f.add("a/b", "x"), Error);
  CHECK_THROWS_AS(f.add("a@b", "x"), Error);
}

TEST_CASE("every change is one commit that touches nothing else") {
  test::PackageFixture f(test::WithGit::yes);
  f.shell(
      "git add -A && git commit -q -m start && echo edit >> mlo.yaml && echo x > staged && "
      "git add staged");
  const auto added = f.add("my model", "one");
  CHECK(added.commit.size() == 40);
  const auto report = f.registry().alias({.name = "my model", .alias = "production", .version = 1});
  CHECK(report.commit.size() == 40);
  CHECK(f.shell("test \"$(git show --format=%s --name-only HEAD | tr '\\n' ' ')\" = "
                "'model my model: production is version 1  models/my%20model/model.yaml '") == 0);
  CHECK(f.shell("test \"$(git status --porcelain | tr '\\n' ' ')\" = ' M mlo.yaml A  staged '") ==
        0);
  // Once more: nothing to say, no commit.
  CHECK(f.registry().alias({.name = "my model", .alias = "production", .version = 1}).commit == "");
  const auto quiet = f.registry().alias(
      {.name = "my model", .alias = "canary", .version = 1, .git_commit = Commit::no});
  CHECK(quiet.commit.empty());
  CHECK(f.shell("git status --porcelain | grep -q 'M models/my%20model/model.yaml'") == 0);
}

TEST_CASE("a detached and an unborn HEAD are no obstacles") {
  test::PackageFixture f(test::WithGit::yes);
  CHECK(f.add("m", "one").commit.size() == 40);
  f.shell("git checkout -q --detach");
  CHECK(f.add("m", "two").commit.size() == 40);
  CHECK(f.shell("git symbolic-ref -q HEAD > /dev/null") != 0);
}

TEST_CASE("an alias edits the golden model file by one digit") {
  test::PackageFixture f;
  f.add("vocabulary", "one");
  const std::string golden = read_file(std::string(MLO_TEST_DATA) + "/model.yaml");
  std::string before = golden;
  const size_t at = before.find("production: 1");
  REQUIRE(at != std::string::npos);
  before.replace(at, 13, "production: 2");
  f.dir.write("models/vocabulary/model.yaml", before);
  f.registry().alias({.name = "vocabulary", .alias = "production", .version = 1});
  CHECK(f.dir.read("models/vocabulary/model.yaml") == golden);
}

TEST_CASE("a model is named with or without its kind") {
  CHECK(model_name("vocabulary") == "vocabulary");
  CHECK(model_name("model:vocabulary") == "vocabulary");
  CHECK(error_of([&] { model_name("model:vocabulary:1"); }).code() == Exit::usage);
  CHECK(error_of([&] { model_name("model:vocabulary@production"); }).code() == Exit::usage);
}

TEST_CASE("history names who changed the model, and no merge that only brought it along") {
  test::PackageFixture f(test::WithGit::yes);
  REQUIRE(f.shell("git add -A && git commit -q -m start && git checkout -q -b other && "
                  "echo x > x && git add x && git commit -q -m unrelated && "
                  "git checkout -q main") == 0);
  const std::string added = f.add("m", "one").commit;
  REQUIRE(f.shell("git checkout -q other && git merge -q -m merged main && echo y > y && "
                  "git add y && git commit -q -m later") == 0);
  const auto report = history(f.test.env, f.ws(), "m");
  REQUIRE(report.changes.size() == 1);
  CHECK(report.changes[0].commit == added);
  CHECK(report.changes[0].author == "T");
  CHECK(report.changes[0].files == std::vector<std::string>{"1.yaml", "model.yaml"});
}
