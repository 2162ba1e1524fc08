// hooks install and uninstall, and the merge of two trees.
#include <catch2/catch.hpp>
#include <map>

#include "base/text.hpp"
#include "data/add.hpp"
#include "data/merge_driver.hpp"
#include "repo/hooks.hpp"
#include "support/fault_driver.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

constexpr const char* kPython = "#!/usr/bin/python3\nprint('mine')\n";
constexpr const char* kShell = "#!/bin/sh\necho mine";

using Files = std::map<std::string, std::string>;

/// What git reads: hooks by their names, configuration and attributes.
Files read_by_git(const TempDir& dir) {
  Files files;
  for (const char* name : {"hooks/pre-commit", "hooks/post-merge", "hooks/post-checkout",
                           "hooks/pre-push", "config", "info/attributes"}) {
    if (auto text = read_file_if_exists(dir / ("w/.git/" + std::string(name)))) files[name] = *text;
  }
  return files;
}

void make_repository(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  git(dir, "init -q");
  for (const std::string& name : names_in(dir / "w/.git/hooks")) {
    posix_files().unlink(dir / ("w/.git/hooks/" + name));
  }
  dir.write("w/.git/hooks/post-merge", kPython, 0755);
  dir.write("w/.git/hooks/pre-commit", kShell, 0755);
}

void install(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  repo::install_hooks(test.env, workspace, {"/usr/bin/mlo", false, false});
}

void uninstall(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  repo::uninstall_hooks(test.env, workspace);
}

/// Each file is what it was or what it becomes; a hook set aside is still there.
void require_old_or_new(const TempDir& dir, const Files& before, const Files& after) {
  Files now = read_by_git(dir);
  for (const auto& [name, text] : now) {
    INFO(name << ": " << text);
    bool old = before.contains(name) && before.at(name) == text;
    bool fresh = after.contains(name) && after.at(name) == text;
    CHECK((old || fresh));
  }
  auto kept = read_file_if_exists(dir / "w/.git/hooks/post-merge.before-mlo");
  CHECK((now["hooks/post-merge"] == kPython || kept == kPython));
}

Files installed_files() {
  TempDir dir;
  TestEnv test;
  make_repository(test, dir);
  install(test, dir);
  return read_by_git(dir);
}

Files untouched_files() {
  TempDir dir;
  TestEnv test;
  make_repository(test, dir);
  return read_by_git(dir);
}

}  // namespace

TEST_CASE("hooks install survives every fault") {
  Files before = untouched_files(), after = installed_files();
  for_every_fault("hooks install",
                  {.setup = make_repository,
                   .operation = install,
                   .check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
                     require_old_or_new(dir, before, after);
                     if (outcome != Outcome::completed) return;
                     CHECK(read_by_git(dir) == after);
                     uninstall(test, dir);
                     CHECK(read_by_git(dir) == before);
                     install(test, dir);
                   }});
}

TEST_CASE("hooks uninstall survives every fault") {
  Files before = untouched_files(), after = installed_files();
  for_every_fault("hooks uninstall", {.setup =
                                          [](TestEnv& test, const TempDir& dir) {
                                            make_repository(test, dir);
                                            install(test, dir);
                                          },
                                      .operation = uninstall,
                                      .check =
                                          [&](TestEnv&, const TempDir& dir, Outcome outcome) {
                                            require_old_or_new(dir, before, after);
                                            if (outcome == Outcome::completed)
                                              CHECK(read_by_git(dir) == before);
                                          }});
}

namespace {

/// The pointers of three versions of one directory, as git hands them over.
void make_sides(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  auto add = [&](const char* name) {
    auto workspace = open_workspace(test, dir);
    data::add(test.env, workspace, {.paths = {dir / "w/d"}});
    dir.write(std::string("w/") + name, read_file(dir / "w/d.mlo"));
  };
  dir.write("w/d/both", "1");
  dir.write("w/d/s/deep", "1");
  add("base");
  dir.write("w/d/ours", "1");
  add("ours");
  posix_files().unlink(dir / "w/d/ours");
  dir.write("w/d/s/theirs", "1");
  add("theirs");
}

}  // namespace

TEST_CASE("a merge of pointers survives every fault") {
  for_every_fault(
      "merge-driver",
      {.setup = make_sides,
       .operation =
           [](TestEnv& test, const TempDir& dir) {
             auto report =
                 data::merge_driver(test.env, dir / "w",
                                    {dir / "w/base", dir / "w/ours", dir / "w/theirs", "d.mlo", 7});
             if (!report.merged) throw failure(report.problem);
           },
       .check =
           [](TestEnv& test, const TempDir& dir, Outcome outcome) {
             // Ours as it was, a conflict that says so, or a pointer whose tree is whole.
             std::string text = read_file(dir / "w/ours");
             if (text.starts_with("<<<<<<<")) {
               CHECK(outcome != Outcome::completed);
               // git would call it anew with ours as it was.
               dir.write("w/ours", text.substr(13, text.find("=======\n") - 13));
               return;
             }
             auto workspace = open_workspace(test, dir);
             repo::Pointer pointer = repo::parse_pointer(text, "ours");
             CHECK(pointer.files == (outcome == Outcome::completed ? 4u : pointer.files));
             CHECK(workspace.store().contains(pointer.digest));
             require_clean(test, workspace);
           }});
}
