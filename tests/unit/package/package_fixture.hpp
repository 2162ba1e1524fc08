// A workspace, with or without git, of one test.
#pragma once

#include <cstdlib>

#include "package/build.hpp"
#include "package/registry.hpp"
#include "repo/init.hpp"
#include "repo/workspace.hpp"
#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "support/toy_run.hpp"

namespace mlo::test {

enum class WithGit { no, yes };

struct PackageFixture {
  explicit PackageFixture(WithGit git = WithGit::no) {
    if (git == WithGit::yes) {
      shell("git init -q -b main && git config user.name T && git config user.email t@x.org");
    }
    repo::init(test.env, dir.path());
    workspace.emplace(repo::Workspace::open(test.env, dir.path()));
  }
  repo::Workspace& ws() { return *workspace; }
  package::Registry registry() { return {test.env, ws()}; }
  int shell(const std::string& command) const {
    return std::system(("cd '" + dir.path() + "' && " + command).c_str());
  }
  /// A registered version with a made-up digest.
  package::RegisterReport add(const std::string& name, const std::string& content,
                              package::Commit commit = package::Commit::yes) {
    package::RegisterOptions options;
    options.name = name;
    options.digest = sha256(content);
    options.run = std::string(32, 'a');
    options.git_commit = commit;
    return registry().add(options);
  }

  TestEnv test;
  TempDir dir;
  std::optional<repo::Workspace> workspace;
};

}  // namespace mlo::test
