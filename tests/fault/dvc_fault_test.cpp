// data import --from-dvc and data export --to-dvc.
#include <catch2/catch.hpp>

#include "base/md5.hpp"
#include "data/add.hpp"
#include "data/dvc_directory.hpp"
#include "data/dvc_export.hpp"
#include "data/dvc_import.hpp"
#include "data/pointers.hpp"
#include "data/status.hpp"
#include "store/batch.hpp"
#include "support/fault_driver.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

const std::string kLarge(store::kLooseSize + 100, 'L');

std::string object(const TempDir& dir, const std::string& bytes, const std::string& suffix = "") {
  std::string hex = md5(bytes).hex();
  dir.write("w/.dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2) + suffix, bytes,
            0444);
  return hex + suffix;
}

void track(const TempDir& dir, const std::string& path, const std::string& md5) {
  dir.write("w/" + path + ".dvc",
            "outs:\n- md5: '" + md5 + "'\n  hash: md5\n  path: " + path + "\n");
}

void make_dvc(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  dir.write("w/.dvc/config", "");
  track(dir, "large", object(dir, kLarge));
  object(dir, "one");
  std::string list = data::format_dvc_directory({{"x", md5("one")}, {"y/z", md5(kLarge)}});
  track(dir, "images", object(dir, list, ".dir"));
}

std::string text(const TempDir& dir, const std::string& name) {
  return read_file_if_exists(dir / ("w/" + name)).value_or("");
}

}  // namespace

TEST_CASE("an import from DVC survives every fault") {
  bool link = GENERATE(false, true);
  INFO((link ? "sharing large files" : "copying"));
  auto import = [&](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    data::DvcImportOptions options;
    options.directory = dir / "w";
    options.link = link ? data::CacheLink::hardlink : data::CacheLink::copy;
    auto report = data::import_dvc(test.env, workspace, options);
    if (!report.left_out.empty()) throw failure(report.left_out[0].reason);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    // Nothing of DVC's is touched.
    CHECK(text(dir, "large.dvc").starts_with("outs:"));
    std::string hex = md5(kLarge).hex();
    CHECK(text(dir, ".dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2)) == kLarge);
    for (const char* name : {"large", "images"}) {
      auto found = data::pointer_for(workspace, name);
      CHECK((found.has_value() || outcome != Outcome::completed));
    }
  };
  for_every_fault("data import --from-dvc",
                  {.setup = make_dvc, .operation = import, .check = check});
}

TEST_CASE("an export to DVC survives every fault") {
  auto setup = [](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    dir.write("w/.dvc/config", "");
    dir.write("w/large", kLarge);
    dir.write("w/images/x", "one");
    dir.write("w/images/y/z", kLarge);
    auto workspace = open_workspace(test, dir);
    data::add(test.env, workspace, {.paths = {dir / "w/large", dir / "w/images"}});
  };
  auto run = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    data::DvcExportOptions options;
    options.directory = dir / "w";
    data::export_dvc(test.env, workspace, options);
  };
  auto check = [](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    // DVC takes what has a name for whole: then it must be.
    for (const std::string& bytes : {kLarge, std::string("one")}) {
      std::string hex = md5(bytes).hex();
      std::string name = ".dvc/cache/files/md5/" + hex.substr(0, 2) + "/" + hex.substr(2);
      bool there = exists(dir / ("w/" + name));
      CHECK((there || outcome != Outcome::completed));
      if (there) CHECK((text(dir, name) == bytes));
    }
    for (const char* name : {"large.dvc", "images.dvc"}) {
      std::string said = text(dir, name);
      CHECK((said.ends_with("\n") || (said.empty() && outcome != Outcome::completed)));
    }
  };
  for_every_fault("data export --to-dvc", {.setup = setup, .operation = run, .check = check});
}
