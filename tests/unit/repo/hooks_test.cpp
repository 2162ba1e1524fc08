#include "repo/hooks.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <map>

#include "base/text.hpp"
#include "repo/hook_script.hpp"
#include "repo/hooks_config.hpp"
#include "repo/init.hpp"
#include "repo/managed_block.hpp"
#include "support/error_of.hpp"
#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::test;
using State = repo::HookState::State;

namespace {

struct HooksFixture {
  TempDir dir;
  TestEnv test;

  HooksFixture() {
    git_init(dir.path());
    repo::init(test.env, dir.path());
  }
  repo::HooksReport install(bool force = false, bool attributes = false) {
    repo::Workspace workspace = repo::Workspace::open(test.env, dir.path());
    return repo::install_hooks(test.env, workspace, {"/opt/mlo's/bin/mlo", force, attributes});
  }
  repo::HooksReport uninstall() {
    repo::Workspace workspace = repo::Workspace::open(test.env, dir.path());
    return repo::uninstall_hooks(test.env, workspace);
  }
  std::string hook(const std::string& name) { return ".git/hooks/" + name; }
  /// Everything in .git that install may touch: kind, mode and bytes.
  std::map<std::string, std::string> state() {
    std::map<std::string, std::string> files;
    auto note = [&](const std::string& name) {
      auto status = stat_of(dir / name);
      if (!status) return;
      std::string text = std::to_string(status->st_mode) + " ";
      if (S_ISREG(status->st_mode)) text += dir.read(name);
      if (S_ISLNK(status->st_mode)) {
        char target[256];
        ssize_t size = ::readlink((dir / name).c_str(), target, sizeof target);
        text += std::string(target, static_cast<size_t>(size));
      }
      files[name] = text;
    };
    for (const std::string& name : names_in(dir / ".git/hooks")) note(hook(name));
    note(".git/config");
    note(".git/info/attributes");
    return files;
  }
};

const repo::HookState& of(const repo::HooksReport& report, const std::string& name) {
  for (const auto& hook : report.hooks) {
    if (hook.name == name) return hook;
  }
  throw std::logic_error(name);
}

}  // namespace

TEST_CASE("a block goes into a text and comes out of it to the byte") {
  for (std::string text :
       {"", "a\n", "a", "#!/bin/sh\nexit 3", "\xEF\xBB\xBF[core]\n", "\r\n\r\n"}) {
    size_t offset = repo::after_byte_order_mark(text);
    std::string with = repo::with_block(text, "x\n", offset, repo::Origin::found);
    CHECK(repo::with_block(with, "x\n", offset, repo::Origin::found) == with);
    std::string again = repo::with_block(with, "longer\nlines\n", 0, repo::Origin::made);
    repo::WithoutBlock rest = repo::without_block(again);
    CHECK(rest.text == text);
    CHECK(rest.had_block);
    CHECK(rest.origin == repo::Origin::found);
    CHECK_FALSE(repo::without_block(text).had_block);
  }
  // What somebody cut in half is not ours to judge.
  std::string half = repo::with_block("a\n", "x\n", 0, repo::Origin::made);
  half.resize(half.find("x\n"));
  CHECK_FALSE(repo::without_block(half).had_block);
}

TEST_CASE("hooks are installed once, and taken out to the byte") {
  HooksFixture fixture;
  auto before = fixture.state();
  repo::HooksReport report = fixture.install();
  CHECK(report.complete());
  CHECK(report.changed);
  CHECK(report.directory == fixture.dir / ".git/hooks");
  CHECK(report.attributes == fixture.dir / ".git/info/attributes");
  CHECK(git_in(fixture.dir.path(), "check-attr merge data/x.mlo") == "data/x.mlo: merge: mlo\n");
  CHECK(git_in(fixture.dir.path(), "config merge.mlo.name") == "pointers of mlo data\n");
  auto installed = fixture.state();
  CHECK_FALSE(fixture.install().changed);
  CHECK(fixture.state() == installed);
  CHECK(fixture.uninstall().changed);
  CHECK(fixture.state() == before);
  CHECK_FALSE(fixture.uninstall().changed);
}

TEST_CASE("hooks that were there stay, whatever they are") {
  HooksFixture fixture;
  fixture.dir.write(fixture.hook("pre-commit"), "#!/usr/bin/env bash\nset -e\necho mine", 0775);
  REQUIRE(::chmod((fixture.dir / fixture.hook("pre-commit")).c_str(), 0775) == 0);
  fixture.dir.write(fixture.hook("post-merge"), "#!/usr/bin/python3\nprint('mine')\n", 0755);
  fixture.dir.write(fixture.hook("post-checkout"), "#!/bin/sh\necho asleep\n", 0644);
  fixture.dir.write("scripts/push.sh", "#!/bin/sh\n", 0755);
  REQUIRE(::symlink("../../scripts/push.sh", (fixture.dir / fixture.hook("pre-push")).c_str()) ==
          0);
  fixture.dir.write(".git/info/attributes", "*.png binary");
  auto before = fixture.state();

  repo::HooksReport report = fixture.install();
  CHECK(report.complete());
  CHECK(of(report, "pre-commit").beside);
  CHECK(fixture.dir.read(fixture.hook("pre-commit")).starts_with("#!/usr/bin/env bash\n# >>> mlo"));
  CHECK(fixture.dir.read(fixture.hook("pre-commit")).ends_with("<<<\nset -e\necho mine"));
  CHECK(fixture.dir.read(fixture.hook("post-merge.before-mlo")) ==
        "#!/usr/bin/python3\nprint('mine')\n");
  CHECK(fixture.dir.read("scripts/push.sh") == "#!/bin/sh\n");
  CHECK(fixture.dir.read(".git/info/attributes").ends_with("<<<\n*.png binary"));
  auto installed = fixture.state();
  CHECK_FALSE(fixture.install().changed);
  CHECK(fixture.state() == installed);
  fixture.uninstall();
  CHECK(fixture.state() == before);
}

TEST_CASE("what was added to a hook of ours survives its uninstallation") {
  HooksFixture fixture;
  fixture.install();
  std::string text = fixture.dir.read(fixture.hook("pre-commit"));
  fixture.dir.write(fixture.hook("pre-commit"), text + "echo added\n", 0755);
  fixture.uninstall();
  CHECK(fixture.dir.read(fixture.hook("pre-commit")) == "#!/bin/sh\necho added\n");
}

TEST_CASE("a crash between setting a hook aside and writing ours is mended by either command") {
  HooksFixture fixture;
  fixture.dir.write(fixture.hook("post-merge.before-mlo"),
                    "\x7f"
                    "ELF",
                    0755);
  repo::HooksReport report = fixture.install();
  CHECK(of(report, "post-merge").beside);
  CHECK(fixture.dir.read(fixture.hook("post-merge")).find("post-merge.before-mlo") !=
        std::string::npos);
  fixture.uninstall();
  CHECK(fixture.dir.read(fixture.hook("post-merge")) ==
        "\x7f"
        "ELF");
  CHECK_FALSE(exists(fixture.dir / fixture.hook("post-merge.before-mlo")));
}

TEST_CASE("hooks of other tools are left to them unless forced") {
  HooksFixture fixture;
  fixture.dir.write(fixture.hook("pre-commit"),
                    "#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\n",
                    0755);
  fixture.dir.write(fixture.hook("pre-push"), "#!/bin/sh\nlefthook run pre-push\n", 0755);
  auto before = fixture.state();
  repo::HooksReport report = fixture.install();
  CHECK_FALSE(report.complete());
  CHECK(of(report, "pre-commit").state == State::managed);
  CHECK(of(report, "pre-commit").hint.find(".pre-commit-config.yaml") != std::string::npos);
  CHECK(of(report, "pre-push").manager == "lefthook");
  CHECK(of(report, "post-merge").state == State::installed);
  CHECK(report.driver);
  CHECK(fixture.state()[fixture.hook("pre-push")] == before[fixture.hook("pre-push")]);
  CHECK(fixture.install(true).complete());
  fixture.uninstall();
  CHECK(fixture.state() == before);
}

TEST_CASE("core.hooksPath is obeyed inside of the repository and left alone outside of it") {
  HooksFixture fixture;
  git_in(fixture.dir.path(), "config core.hooksPath .githooks");
  repo::HooksReport report = fixture.install();
  CHECK(report.complete());
  CHECK(report.directory == fixture.dir / ".githooks");
  // git carries these: no path of this machine in them.
  CHECK(fixture.dir.read(".githooks/pre-commit").find("/opt/") == std::string::npos);
  fixture.uninstall();
  CHECK(names_in(fixture.dir / ".githooks").empty());

  git_in(fixture.dir.path(), "config core.hooksPath .husky/_");
  report = fixture.install();
  CHECK(of(report, "pre-commit").manager == "husky");
  CHECK(of(report, "pre-commit").hint ==
        "add to .husky/pre-commit: mlo hooks run pre-commit -- \"$@\"");
  CHECK_FALSE(exists(fixture.dir / ".husky"));

  TempDir elsewhere;
  git_in(fixture.dir.path(), "config core.hooksPath '" + elsewhere.path() + "'");
  report = fixture.install();
  CHECK(report.foreign == "core.hooksPath leads outside of this repository");
  CHECK(names_in(elsewhere.path()).empty());
  CHECK(fixture.install(true).complete());
  fixture.uninstall();
  CHECK(names_in(elsewhere.path()).empty());
}

TEST_CASE("a folder of hooks that is a link to elsewhere is left alone") {
  HooksFixture fixture;
  TempDir shared;
  remove_tree(posix_files(), fixture.dir / ".git/hooks");
  REQUIRE(::symlink(shared.path().c_str(), (fixture.dir / ".git/hooks").c_str()) == 0);
  CHECK(fixture.install().foreign == "the folder of hooks leads outside of this repository");
  CHECK(names_in(shared.path()).empty());
}

TEST_CASE("--attributes names the driver for everybody, once") {
  HooksFixture fixture;
  fixture.dir.write(".gitattributes", "*.png binary");
  repo::HooksReport report = fixture.install(false, true);
  CHECK(report.attributes == fixture.dir / ".gitattributes");
  CHECK(fixture.dir.read(".gitattributes") == "*.png binary\n*.mlo merge=mlo\n");
  CHECK_FALSE(exists(fixture.dir / ".git/info/attributes"));
  CHECK_FALSE(fixture.install(false, true).changed);
  fixture.uninstall();
  CHECK(fixture.dir.read(".gitattributes") == "*.png binary\n*.mlo merge=mlo\n");
}

TEST_CASE("git's config is not written while git holds its lock") {
  HooksFixture fixture;
  fixture.dir.write(".git/config.lock", "");
  Error error = error_of([&] { fixture.install(); });
  CHECK(error.message().find("git's config is locked") == 0);
  ::unlink((fixture.dir / ".git/config.lock").c_str());
  CHECK(fixture.install().complete());
}

TEST_CASE("hooks need a repository") {
  TempDir dir;
  TestEnv test;
  repo::init(test.env, dir.path());
  repo::Workspace workspace = repo::Workspace::open(test.env, dir.path());
  CHECK(error_of([&] { repo::install_hooks(test.env, workspace, {}); }).code() == Exit::usage);
}

TEST_CASE("shell scripts are told by their first line") {
  for (const char* text : {"#!/bin/sh\n", "#! /bin/bash -e\nx", "#!/usr/bin/env zsh\n"}) {
    CHECK(repo::is_shell_script(text));
  }
  for (const char* text :
       {"", "#!/bin/sh", "echo\n", "#!/usr/bin/python3\n", "#!/usr/bin/env node\n", "#!\n",
        "#!/bin/sh\r\n", "#!/usr/bin/env -S bash -e\n"}) {
    CHECK_FALSE(repo::is_shell_script(text));
  }
  CHECK(repo::shell_quoted("it's\n") == "'it'\\''s\n'");
}

TEST_CASE("the limit on files that enter git is read from both configurations") {
  auto limit = [](const char* yaml, const char* local) {
    return repo::hooks_config(repo::parse_config(yaml, "mlo.yaml"),
                              repo::parse_local_config(local, ".mlo/config.yaml", "/"))
        .max_file_size;
  };
  CHECK(limit("policies: {}", "") == uint64_t{10} << 20);
  CHECK(limit("policies: {hooks: {max_file_size: 1.5GiB}}", "") == uint64_t{3} << 29);
  CHECK(limit("policies: {hooks: {max_file_size: 1GiB}}", "hooks: {max_file_size: 4096}") == 4096u);
  CHECK(limit("policies: {}", "hooks: {max_file_size: off}") == std::nullopt);
  CHECK(message_of([&] { limit("policies: {}", "hooks: {max_file_size: -1}"); }) ==
        ".mlo/config.yaml:1:24: 'hooks': max_file_size must be a size such as 10MiB, or off");
  CHECK_THROWS_AS(limit("policies: {}", "hooks: {max_size: 1}"), Error);
}

TEST_CASE("sizes are read with their units, and nothing else") {
  CHECK(repo::parse_byte_size("0") == 0u);
  CHECK(repo::parse_byte_size("10MiB") == 10u << 20);
  CHECK(repo::parse_byte_size("10 MB") == 10'000'000u);
  CHECK(repo::parse_byte_size("2k") == 2048u);
  CHECK(repo::parse_byte_size("1T") == uint64_t{1} << 40);
  for (const char* text :
       {"", "MiB", "-1", "1e3", "1.2.3", "10 PiB", "10MiBs", "99999999999999TiB", "0x10", "nan"}) {
    CHECK_FALSE(repo::parse_byte_size(text).has_value());
  }
}
