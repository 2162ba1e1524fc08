#include "workspace_fixture.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <stdexcept>

#include "data/roots.hpp"
#include "package/roots.hpp"
#include "repo/init.hpp"
#include "store/fsck.hpp"
#include "track/roots.hpp"

namespace mlo::test {

void make_workspace(TestEnv& test, const TempDir& dir) {
  make_directories(posix_files(), dir / "w");
  repo::init(test.env, dir / "w");
}

repo::Workspace open_workspace(TestEnv& test, const TempDir& dir) {
  return repo::Workspace::open(test.env, dir / "w");
}

void git(const TempDir& dir, const std::string& arguments) {
  std::string command = "git -C '" + (dir / "w") +
                        "' -c user.name=T -c user.email=t@example.org -c init.defaultBranch=main " +
                        arguments + " >/dev/null 2>&1";
  if (std::system(command.c_str()) != 0) throw std::runtime_error("git " + arguments);
}

void require_clean(TestEnv& test, repo::Workspace& workspace) {
  data::PointerChecker pointers(workspace);
  track::RunChecker runs(workspace);
  package::RegistryChecker registry(workspace);
  store::Checker* checkers[] = {&pointers, &runs, &registry};
  store::FsckReport report = store::fsck(test.env, workspace.store(), checkers);
  for (const store::FsckProblem& problem : report.problems) {
    INFO(problem.kind << " " << problem.object << ": " << problem.detail);
    CHECK(false);
  }
}

}  // namespace mlo::test
