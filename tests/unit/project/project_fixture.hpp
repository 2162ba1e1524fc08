// Workspaces in git repositories below one directory.
#pragma once

#include <string>

#include "data/add.hpp"
#include "repo/init.hpp"
#include "repo/workspace.hpp"
#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace mlo::test {

struct ProjectFixture {
  TempDir dir;
  TestEnv os;

  repo::Workspace make(const std::string& name, const std::string& store = "") {
    make_directories(posix_files(), dir / name);
    git_init(dir / name);
    repo::init(os.env, dir / name);
    if (!store.empty()) dir.write(name + "/.mlo/config.yaml", "store:\n  path: " + store + "\n");
    return repo::Workspace::open(os.env, dir / name);
  }
  /// The digest of `text`, added as `path` of the workspace.
  Digest add(repo::Workspace& workspace, const std::string& path, const std::string& text) {
    std::string file = workspace.absolute(path);
    write_file_atomically(posix_files(), file, text);
    data::add(os.env, workspace, {.paths = {file}});
    return sha256(text);
  }
  void commit(const repo::Workspace& workspace) {
    git_in(workspace.root(), "add -A");
    git_in(workspace.root(), "commit -m change");
  }
};

}  // namespace mlo::test
