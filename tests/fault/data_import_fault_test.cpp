// data import of a path of another repository, and data update.
#include <catch2/catch.hpp>

#include "data/add.hpp"
#include "data/checkout.hpp"
#include "data/import_path.hpp"
#include "data/pointers.hpp"
#include "store/object_store.hpp"
#include "support/fault_driver.hpp"
#include "support/git_repo.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

// The files of a work tree are process-safe only: their source is the store.
const std::set<Fault> kPower = {Fault::power_loss, Fault::torn_power_loss};

const std::string kLarge(store::kLooseSize + 100, 'L');

void commit(TestEnv& test, const TempDir& dir, const std::string& small) {
  dir.write("src/d/a", small);
  dir.write("src/d/large", kLarge + small);
  test.clock.set(system_clock().now() + 10'000'000'000);
  auto workspace = repo::Workspace::open(test.env, dir / "src");
  data::add(test.env, workspace, {.paths = {"d"}});
  git_in(dir / "src", "add -A");
  git_in(dir / "src", "commit -qm x");
}

void make_source(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  make_directories(posix_files(), dir / "src");
  git_init(dir / "src");
  dir.write("src/mlo.yaml", "");
  dir.write("src/.gitignore", "/.mlo/\n");
  commit(test, dir, "one\n");
}

void import(TestEnv& test, const TempDir& dir) {
  test.variables.values["XDG_CACHE_HOME"] = dir / "cache";
  auto workspace = open_workspace(test, dir);
  data::import_path(test.env, workspace,
                    {.asked = {dir / "src", "d", ""}, .out = dir / "w/d"});
}

std::string text(const TempDir& dir, const std::string& name) {
  return read_file_if_exists(dir / ("w/" + name)).value_or("");
}

/// Each file is whole: of this version, or of the other.
void require_whole(const TempDir& dir, const std::string& now, const std::string& before) {
  const std::string a = text(dir, "d/a"), large = text(dir, "d/large");
  CHECK((a == now || a == before));
  CHECK((large == kLarge + now || large == (before.empty() ? "" : kLarge + before)));
}

}  // namespace

TEST_CASE("an import from another repository survives every fault") {
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    const auto pointer = data::pointer_for(workspace, "d");
    if (outcome == Outcome::completed) {
      REQUIRE(pointer);
      CHECK(text(dir, "d/a") == "one\n");
      CHECK(text(dir, "d/large") == kLarge + "one\n");
    }
    require_whole(dir, "one\n", "");
    if (pointer) CHECK(pointer->pointer.source.has_value());
  };
  for_every_fault("data import", {.setup = make_source,
                                  .operation = import,
                                  .check = check,
                                  .without = kPower,
                                  .stride = 3});
}

TEST_CASE("an update from another repository survives every fault") {
  auto setup = [](TestEnv& test, const TempDir& dir) {
    make_source(test, dir);
    import(test, dir);
    commit(test, dir, "two\n");
  };
  auto update = [](TestEnv& test, const TempDir& dir) {
    test.variables.values["XDG_CACHE_HOME"] = dir / "cache";
    auto workspace = open_workspace(test, dir);
    data::update(test.env, workspace, {});
  };
  auto check = [](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    const auto pointer = data::pointer_for(workspace, "d");
    REQUIRE(pointer);
    CHECK(pointer->pointer.source.has_value());
    require_whole(dir, "two\n", "one\n");
    if (outcome != Outcome::completed) return;
    // Where the first try wrote the pointer, the second leaves the files to checkout.
    data::checkout(test.env, workspace, {});
    CHECK(text(dir, "d/a") == "two\n");
    CHECK(text(dir, "d/large") == kLarge + "two\n");
  };
  for_every_fault("data update", {.setup = setup,
                                  .operation = update,
                                  .check = check,
                                  .without = kPower,
                                  .stride = 3});
}
