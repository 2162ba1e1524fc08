// data import and data update of a file at a URL, and of a path of a DVC repository.
#include <atomic>
#include <catch2/catch.hpp>

#include "base/md5.hpp"
#include "data/checkout.hpp"
#include "data/dvc_directory.hpp"
#include "data/import_path.hpp"
#include "data/pointers.hpp"
#include "store/object_store.hpp"
#include "support/fault_driver.hpp"
#include "support/git_repo.hpp"
#include "support/scripted_server.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

// The files of a work tree are process-safe only: their source is the store.
const std::set<Fault> kPower = {Fault::power_loss, Fault::torn_power_loss};

const std::string kFirst(store::kLooseSize + 100, '1'), kSecond(store::kLooseSize + 200, '2');

void import(TestEnv& test, const TempDir& dir, const data::AskedPath& asked) {
  test.variables.values["XDG_CACHE_HOME"] = dir / "cache";
  auto workspace = open_workspace(test, dir);
  data::import_path(test.env, workspace, {.asked = asked, .out = dir / "w/d"});
}

void update(TestEnv& test, const TempDir& dir) {
  test.variables.values["XDG_CACHE_HOME"] = dir / "cache";
  auto workspace = open_workspace(test, dir);
  data::update(test.env, workspace, {});
}

std::string text(const TempDir& dir, const std::string& name) {
  return read_file_if_exists(dir / ("w/" + name)).value_or("");
}

/// A web server with one file, whose version is that of the test's process: it answers children too.
struct Web {
  std::atomic<bool> second = false;
  ScriptedServer server{[this](const ScriptedRequest& request) {
    const std::string etag = second ? "\"2\"" : "\"1\"";
    if (request.has("if-none-match: " + etag)) {
      return http_answer("304 Not Modified", "", "ETag: " + etag + "\r\n");
    }
    return http_answer("200 OK", second ? kSecond : kFirst, "ETag: " + etag + "\r\n");
  }};
  data::AskedPath asked() const { return {server.url() + "/d", "", ""}; }
};

void write_dvc(TestEnv& test, const TempDir& dir, const std::string& content) {
  auto object = [&](const std::string& bytes, const std::string& suffix) {
    const std::string hex = md5(bytes).hex();
    dir.write("src/.dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2) + suffix, bytes);
    return hex + suffix;
  };
  object(content, "");
  object("small", "");
  const std::string list =
      data::format_dvc_directory({{"large", md5(content)}, {"sub/small", md5("small")}});
  dir.write("src/d.dvc", "outs:\n- md5: '" + object(list, ".dir") + "'\n  hash: md5\n  path: d\n");
  test.clock.set(system_clock().now() + 10'000'000'000);
  git_in(dir / "src", "add -A");
  git_in(dir / "src", "commit -qm x");
}

void make_dvc(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  make_directories(posix_files(), dir / "src");
  git_init(dir / "src");
  dir.write("src/.dvc/config", "");
  dir.write("src/.gitignore", "/d\n/.dvc/cache\n");
  write_dvc(test, dir, kFirst);
}

/// Of `name`: whole, of this version or of the other.
void check(TestEnv& test, const TempDir& dir, const std::string& name, Outcome outcome,
           const std::string& now, const std::string& before) {
  auto workspace = open_workspace(test, dir);
  require_clean(test, workspace);
  const auto pointer = data::pointer_for(workspace, "d");
  if (pointer) CHECK(pointer->pointer.source.has_value());
  const std::string there = text(dir, name);
  CHECK((there == now || there == before));
  if (outcome != Outcome::completed) return;
  REQUIRE(pointer);
  // Where the first try wrote the pointer, an update leaves the files to checkout.
  data::checkout(test.env, workspace, {});
  CHECK(text(dir, name) == now);
}

}  // namespace

TEST_CASE("an import from a URL survives every fault") {
  Web web;
  for_every_fault(
      "data import URL",
      {.setup = make_workspace,
       .operation = [&](TestEnv& test, const TempDir& dir) { import(test, dir, web.asked()); },
       .check = [](TestEnv& test, const TempDir& dir,
                   Outcome outcome) { check(test, dir, "d", outcome, kFirst, ""); },
       .without = kPower});
}

TEST_CASE("an update from a URL survives every fault") {
  Web web;
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    web.second = false;
    import(test, dir, web.asked());
    web.second = true;
  };
  auto check_both = [](TestEnv& test, const TempDir& dir, Outcome outcome) {
    check(test, dir, "d", outcome, kSecond, kFirst);
  };
  for_every_fault("data update of a URL",
                  {.setup = setup, .operation = update, .check = check_both, .without = kPower});
}

TEST_CASE("an import from a DVC repository survives every fault") {
  for_every_fault("data import of a DVC repository",
                  {.setup = make_dvc,
                   .operation =
                       [](TestEnv& test, const TempDir& dir) {
                         import(test, dir, {dir / "src", "d", ""});
                       },
                   .check =
                       [](TestEnv& test, const TempDir& dir, Outcome outcome) {
                         check(test, dir, "d/large", outcome, kFirst, "");
                         if (outcome == Outcome::completed)
                           CHECK(text(dir, "d/sub/small") == "small");
                       },
                   .without = kPower,
                   .stride = 3});
}

TEST_CASE("an update from a DVC repository survives every fault") {
  auto setup = [](TestEnv& test, const TempDir& dir) {
    make_dvc(test, dir);
    import(test, dir, {dir / "src", "d", ""});
    write_dvc(test, dir, kSecond);
  };
  auto check_both = [](TestEnv& test, const TempDir& dir, Outcome outcome) {
    check(test, dir, "d/large", outcome, kSecond, kFirst);
  };
  for_every_fault(
      "data update of a DVC repository",
      {.setup = setup, .operation = update, .check = check_both, .without = kPower, .stride = 3});
}
