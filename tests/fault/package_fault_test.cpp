// The record of a run, package build, model alias.
#include <catch2/catch.hpp>

#include "package/build.hpp"
#include "package/registry.hpp"
#include "store/tree.hpp"
#include "support/fault_driver.hpp"
#include "support/toy_run.hpp"
#include "track/list.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

/// A workspace with a git history, so that registry changes become commits.
void make_git_workspace(TestEnv& test, const TempDir& dir) {
  make_directories(posix_files(), dir / "w");
  git(dir, "init");
  git(dir, "config user.name T");
  git(dir, "config user.email t@example.org");
  make_workspace(test, dir);
  git(dir, "add .gitignore mlo.yaml");
  git(dir, "commit -m first");
}

package::Model vocabulary(TestEnv& test, repo::Workspace& workspace) {
  return package::Registry(test.env, workspace).show("vocabulary");
}

}  // namespace

TEST_CASE("the record of a run survives every fault") {
  auto check = [](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    size_t finished = 0;
    for (const track::Run& run : track::list_runs(test.env, workspace)) {
      INFO("run is " << track::status_name(run.status));
      bool ended = run.status == track::Status::finished;
      CHECK((ended || run.status == track::Status::died));
      if (!ended) continue;
      ++finished;
      CHECK(run.outputs.size() == 5);
      for (const track::Output& output : run.outputs) {
        CHECK(workspace.store().read(output.digest).size() == output.size);
      }
      REQUIRE(run.metric("val/auc") != nullptr);
      CHECK(run.metric("val/auc")->last == 0.875);
    }
    if (outcome == Outcome::completed) CHECK(finished > 0);
  };
  for_every_fault("run", {.setup = make_workspace,
                          .operation =
                              [](TestEnv& test, const TempDir& dir) {
                                auto workspace = open_workspace(test, dir);
                                toy_run(test.env, workspace);
                              },
                          .check = check});
}

TEST_CASE("package build survives every fault") {
  bool with_git = GENERATE(false, true);
  INFO((with_git ? "in git" : "without git"));
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    with_git ? make_git_workspace(test, dir) : make_workspace(test, dir);
    auto workspace = open_workspace(test, dir);
    toy_run(test.env, workspace);
  };
  auto build = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    package::build(test.env, workspace, {.run = "latest", .name = "vocabulary"});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    auto names = package::Registry(test.env, workspace).names();
    if (names.empty()) {
      CHECK(outcome != Outcome::completed);
      return;
    }
    package::Model model = vocabulary(test, workspace);
    if (outcome == Outcome::completed) REQUIRE(model.versions.size() == 1);
    CHECK(model.versions.size() <= 1);
    for (const package::ModelVersion& version : model.versions) {
      CHECK(version.version == 1);
      CHECK(store::read_tree(workspace.store(), version.digest).size() == 7);
    }
    if (with_git && outcome == Outcome::completed) {
      CHECK(workspace.git()->read_file("HEAD", "models/vocabulary/1.yaml"));
    }
  };
  for_every_fault("package build", {.setup = setup, .operation = build, .check = check});
}

TEST_CASE("model alias survives every fault") {
  bool with_git = GENERATE(false, true);
  INFO((with_git ? "in git" : "without git"));
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    with_git ? make_git_workspace(test, dir) : make_workspace(test, dir);
    auto workspace = open_workspace(test, dir);
    for (int bias : {0, 3}) {
      std::string run = toy_run(test.env, workspace, bias);
      package::build(test.env, workspace, {.run = run, .name = "vocabulary"});
    }
    package::Registry(test.env, workspace)
        .alias({.name = "vocabulary", .alias = "production", .version = 1});
    // A hand-written comment must survive, too.
    std::string file = "w/models/vocabulary/model.yaml";
    dir.write(file, "# ours\n" + dir.read(file));
    if (with_git) git(dir, "commit -am comment");
  };
  auto alias = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    package::Registry(test.env, workspace)
        .alias({.name = "vocabulary", .alias = "production", .version = 2});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    package::Model model = vocabulary(test, workspace);
    CHECK(model.versions.size() == 2);
    REQUIRE(model.aliases.size() == 1);
    int64_t version = model.aliases[0].second;
    CHECK((version == 2 || (version == 1 && outcome != Outcome::completed)));
    std::string text = dir.read("w/models/vocabulary/model.yaml");
    CHECK(text.starts_with("# ours\n"));
    if (with_git && outcome == Outcome::completed) {
      CHECK(workspace.git()->read_file("HEAD", "models/vocabulary/model.yaml") == text);
    }
  };
  for_every_fault("model alias", {.setup = setup, .operation = alias, .check = check});
}
