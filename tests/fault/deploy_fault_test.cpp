// deploy apply, on servers that are files (fake_server_processes.hpp).
#include <catch2/catch.hpp>

#include "deploy/deploy.hpp"
#include "deploy/roots.hpp"
#include "package/build.hpp"
#include "package/registry.hpp"
#include "support/fake_server_processes.hpp"
#include "support/fault_driver.hpp"
#include "support/toy_run.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

deploy::Directory directory_of(const repo::Workspace& workspace) {
  return {workspace.deployments_dir(), "web"};
}

void set_alias(TestEnv& test, repo::Workspace& workspace, int64_t version) {
  package::Registry(test.env, workspace)
      .alias({.name = "vocabulary", .alias = "production", .version = version});
}

deploy::ChangeReport apply(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  FakeServerProcesses processes(directory_of(workspace));
  deploy::ChangeRequest request;
  request.name = "web";
  request.program = "mlo";
  return deploy::apply(test.env, workspace, request, processes);
}

void require_whole(TestEnv& test, repo::Workspace& workspace) {
  deploy::DeploymentChecker deployments(workspace);
  store::Checker* checkers[] = {&deployments};
  for (const auto& problem : store::fsck(test.env, workspace.store(), checkers).problems) {
    INFO(problem.kind << " " << problem.object << ": " << problem.detail);
    CHECK(false);
  }
}

}  // namespace

TEST_CASE("deploy apply survives every fault") {
  bool fresh = GENERATE(true, false);
  INFO((fresh ? "the first time" : "from version 1 to 2"));
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    auto workspace = open_workspace(test, dir);
    dir.write("w/mlo.yaml",
              "deployments:\n  web:\n    model: model:vocabulary@production\n    port: 8080\n");
    for (int bias : {0, 3}) {
      std::string run = toy_run(test.env, workspace, bias);
      package::build(test.env, workspace, {.run = run, .name = "vocabulary"});
    }
    set_alias(test, workspace, 1);
    if (!fresh) apply(test, dir);
    set_alias(test, workspace, 2);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    require_whole(test, workspace);
    deploy::Directory directory = directory_of(workspace);
    FakeServerProcesses processes(directory);
    auto history = deploy::read_history(directory);
    auto desired = directory.read_desired();
    auto server = directory.read_server();
    int64_t recorded = history.empty() ? 0 : history.back().target.version;
    bool alive = server && processes.alive(server->process);
    server = directory.read_server();  // a server that lives has looked at what is desired
    INFO("recorded version " << recorded << ", server " << (alive ? "alive" : "not alive"));
    CHECK((recorded == 2 || (outcome != Outcome::completed && recorded == (fresh ? 0 : 1))));
    // What served before the change is never taken away by a failure.
    if (!fresh) CHECK(alive);
    if (outcome == Outcome::failed && !fresh) {
      REQUIRE(desired);
      REQUIRE(server);
      // Taken back; or, where a full disk forbids even that (a warning says so), the server does
      // what is asked for, and status shows it.
      CHECK((desired->target.version == recorded ||
             server->target.version == desired->target.version));
    }
    if (outcome != Outcome::completed) return;
    REQUIRE(desired);
    REQUIRE(alive);
    CHECK(desired->target.version == 2);
    CHECK(server->phase == deploy::ServerState::Phase::ready);
    CHECK(server->target.version == 2);
    CHECK(server->generation == history.back().generation);
  };
  for_every_fault("deploy apply",
                  {.setup = setup,
                   .operation = [](TestEnv& test, const TempDir& dir) { apply(test, dir); },
                   .check = check});
}
