// data add and data checkout.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "data/add.hpp"
#include "data/checkout.hpp"
#include "data/pointers.hpp"
#include "data/status.hpp"
#include "store/batch.hpp"
#include "support/fault_driver.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

const std::string kLarge(store::kLooseSize + 100, 'L');

void write_first(const TempDir& dir) {
  dir.write("w/train.csv", "a,b\n1,2\n");
  dir.write("w/images/one", "one");
  dir.write("w/images/sub/two", kLarge);
  dir.write("w/images/run", "#!/bin/sh\n", 0755);
}

void write_second(const TempDir& dir) {
  dir.write("w/train.csv", "a,b\n1,2\n3,4\n");
  dir.write("w/images/one", "one, changed");
  dir.write("w/images/three", "three");
  ::unlink((dir / "w/images/run").c_str());
}

void add_both(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  data::add(test.env, workspace, {.paths = {dir / "w/train.csv", dir / "w/images"}});
}

std::string pointer_text(const TempDir& dir, const std::string& path) {
  return read_file_if_exists(dir / ("w/" + path + ".mlo")).value_or("");
}

using Snapshot = std::map<std::string, std::string>;

Snapshot files_of(const TempDir& dir) {
  Snapshot files;
  for (const char* name :
       {"train.csv", "images/one", "images/sub/two", "images/run", "images/three"}) {
    if (auto text = read_file_if_exists(dir / ("w/" + std::string(name)))) files[name] = *text;
  }
  return files;
}

/// The pointers that adding everything ends with.
struct Pointers {
  std::string train, images;
};

Pointers pointers_after(const std::function<void(const TempDir&)>& write) {
  TempDir dir;
  TestEnv test;
  make_workspace(test, dir);
  write(dir);
  add_both(test, dir);
  return {pointer_text(dir, "train.csv"), pointer_text(dir, "images")};
}

}  // namespace

TEST_CASE("data add survives every fault") {
  Pointers first = pointers_after(write_first);
  Pointers second = pointers_after([](const TempDir& dir) {
    write_first(dir);
    write_second(dir);
  });
  REQUIRE(first.train != second.train);
  REQUIRE(first.images != second.images);
  bool fresh = GENERATE(true, false);
  INFO((fresh ? "adding for the first time" : "adding changed data"));
  Pointers before = fresh ? Pointers{} : first, after = fresh ? first : second;
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    write_first(dir);
    if (fresh) return;
    add_both(test, dir);
    write_second(dir);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    Pointers now{pointer_text(dir, "train.csv"), pointer_text(dir, "images")};
    CHECK(
        (now.train == after.train || (outcome != Outcome::completed && now.train == before.train)));
    CHECK((now.images == after.images ||
           (outcome != Outcome::completed && now.images == before.images)));
    // The data itself is never touched.
    CHECK(files_of(dir).at("images/sub/two") == kLarge);
    if (outcome != Outcome::completed) return;
    CHECK(data::status(test.env, workspace, {}).clean());
    std::string ignored = read_file(dir / "w/.gitignore") +
                          read_file_if_exists(dir / "w/images/.gitignore").value_or("");
    CHECK(ignored.find("/train.csv\n") != std::string::npos);
    CHECK(ignored.find("/images\n") != std::string::npos);
  };
  for_every_fault("data add", {.setup = setup, .operation = add_both, .check = check});
}

TEST_CASE("data checkout survives every fault") {
  Snapshot old_files, new_files;
  {
    TempDir dir;
    write_first(dir);
    new_files = files_of(dir);
    write_second(dir);
    old_files = files_of(dir);
  }
  // The pointers say the first state, the work tree has the second: both are in the store.
  auto setup = [](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    write_first(dir);
    add_both(test, dir);
    std::string train = pointer_text(dir, "train.csv"), images = pointer_text(dir, "images");
    write_second(dir);
    add_both(test, dir);
    dir.write("w/train.csv.mlo", train);
    dir.write("w/images.mlo", images);
  };
  auto checkout = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    data::checkout(test.env, workspace, {});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    Snapshot files = files_of(dir);
    if (outcome == Outcome::completed) {
      CHECK((files == new_files));
      CHECK(data::status(test.env, workspace, {}).clean());
      return;
    }
    // Each file is the old one or the new one; what both states have is never gone.
    for (const auto& [name, text] : files) {
      INFO(name << " has " << text.size() << " bytes");
      auto was = old_files.find(name), becomes = new_files.find(name);
      CHECK(((was != old_files.end() && text == was->second) ||
             (becomes != new_files.end() && text == becomes->second)));
    }
    for (const auto& [name, text] : new_files) {
      INFO(name);
      CHECK((files.contains(name) || !old_files.contains(name)));
    }
  };
  // Power loss: a checkout is process-safe, not durable: its source is the store.
  for_every_fault("data checkout", {.setup = setup,
                                    .operation = checkout,
                                    .check = check,
                                    .without = {Fault::power_loss, Fault::torn_power_loss}});
  // What a power loss leaves is mended by repeating the command; the store is never hurt.
  bool again = false;  // set by the repetition only: the first time runs in a child that dies
  auto repeated = [&](TestEnv& test, const TempDir& dir, Outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    if (!std::exchange(again, false)) return;
    CHECK((files_of(dir) == new_files));
    CHECK(data::status(test.env, workspace, {}).clean());
  };
  auto twice = [&](TestEnv& test, const TempDir& dir) {
    checkout(test, dir);
    again = true;
  };
  for_every_fault("data checkout", {.setup = setup,
                                    .operation = twice,
                                    .check = repeated,
                                    .without = {Fault::io_error, Fault::no_space, Fault::full_disk,
                                                Fault::short_write, Fault::kill}});
}
