// push, fetch, pull and gc of a remote in a directory.
#include <catch2/catch.hpp>
#include <map>

#include "base/text.hpp"
#include "data/add.hpp"
#include "data/status.hpp"
#include "project/fetch.hpp"
#include "project/push.hpp"
#include "project/remote_gc.hpp"
#include "project/remotes.hpp"
#include "remote/directory_backend.hpp"
#include "remote/fetch.hpp"
#include "store/batch.hpp"
#include "store/fsck.hpp"
#include "support/fault_driver.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

using Contents = std::map<std::string, std::string>;

/// No two versions have a file in common.
Contents contents_of(const std::string& version) {
  return {{"train.csv", "a,b\n" + version + "\n"},
          {"images/one", "one of " + version},
          {"images/sub/two", version + std::string(store::kLooseSize + 100, 'L')}};
}

void add_contents(TestEnv& test, const TempDir& dir, const Contents& contents) {
  for (const auto& [name, bytes] : contents) dir.write("w/" + name, bytes);
  auto workspace = open_workspace(test, dir);
  data::add(test.env, workspace, {.paths = {dir / "w/train.csv", dir / "w/images"}});
}

void connect(TestEnv& test, const TempDir& dir, const std::string& url) {
  auto workspace = open_workspace(test, dir);
  project::RemoteAddOptions options;
  options.name = "origin";
  options.url = url;
  options.directory = dir / "w";
  options.probe = false;
  project::add_remote(test.env, workspace, options);
}

// One job: the k-th call is then the same one in every pass.
void push(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  project::PushOptions options;
  options.jobs = 1;
  project::push(test.env, workspace, options);
}

project::FetchReport fetch(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  project::FetchOptions options;
  options.jobs = 1;
  return project::fetch(test.env, workspace, options);
}

void pull(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  project::FetchOptions options;
  options.jobs = 1;
  project::pull(test.env, workspace, options, false);
}

/// A workspace with data and a remote beside it to which nothing was pushed.
void connected(TestEnv& test, const TempDir& dir, const Contents& contents) {
  make_workspace(test, dir);
  connect(test, dir, dir / "remote");
  add_contents(test, dir, contents);
}

/// A second workspace that has the pointers of the first and nothing else.
void clone(TestEnv& test, const TempDir& from, const TempDir& to) {
  make_workspace(test, to);
  connect(test, to, from / "remote");
  for (const char* pointer : {"w/train.csv.mlo", "w/images.mlo"}) {
    to.write(pointer, from.read(pointer));
  }
}

void require_contents(const TempDir& dir, const Contents& contents) {
  for (const auto& [name, bytes] : contents) {
    INFO(name);
    CHECK((read_file_if_exists(dir / ("w/" + name)) == bytes));
  }
}

/// A store that has nothing gets everything that any manifest certifies. Returns how many there are.
size_t require_certified(TestEnv& test, const TempDir& dir) {
  if (!exists(dir / "remote/mlo-remote")) {
    CHECK_FALSE(exists(dir / "remote/manifests"));
    return 0;
  }
  TempDir own;
  remote::RemoteConfig config;
  config.name = "origin";
  config.url = config.directory = dir / "remote";
  auto remote = remote::Remote::open(test.env, config, own / "cache");
  remote->verify();
  std::vector<std::string> names;
  remote->backend().list("manifests/",
                         [&](const remote::RemoteFile& file) { names.push_back(file.name); });
  auto store = store::ObjectStore::open(test.env, own / "store", store::OpenStore::create);
  for (const std::string& name : names) {
    INFO(name);
    auto manifest = remote->read_manifest(name);
    REQUIRE(manifest);
    CHECK_FALSE(manifest->roots.empty());
    remote::FetchOptions options;
    options.roots = manifest->roots;
    options.certifies = manifest->certifies;
    options.jobs = 1;
    CHECK(remote::fetch(test.env, store, *remote, options).missing.empty());
  }
  CHECK(store::fsck(test.env, store).clean());
  return names.size();
}

void require_pulled_elsewhere(TestEnv& test, const TempDir& dir, const Contents& contents) {
  TempDir other;
  clone(test, dir, other);
  pull(test, other);
  require_contents(other, contents);
}

}  // namespace

TEST_CASE("a file put into a directory survives every fault") {
  auto how = GENERATE(remote::Put::create, remote::Put::replace);
  const std::string name = "packs/ab/one";
  auto backend = [](TestEnv& test, const TempDir& dir) {
    remote::RemoteConfig config;
    config.name = "origin";
    config.url = config.directory = dir / "remote";
    return std::make_unique<remote::DirectoryBackend>(test.env, config);
  };
  const bool replaces = how == remote::Put::replace;
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    if (replaces) backend(test, dir)->put(name, "before", how);
  };
  auto put = [&](TestEnv& test, const TempDir& dir) {
    backend(test, dir)->put(name, "after", how);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto found = backend(test, dir)->read(name, 100);
    if (outcome == Outcome::completed) {
      CHECK(found == "after");
    } else if (replaces) {
      CHECK((found == "before" || found == "after"));
    } else {
      CHECK((!found || found == "after"));
    }
  };
  CHECK(for_every_fault("put", {.setup = setup, .operation = put, .check = check}) > 4);
}

TEST_CASE("push survives every fault") {
  const Contents old = contents_of("old"), now = contents_of("new");
  const bool fresh = GENERATE(true, false);
  INFO((fresh ? "into nothing" : "beside an older push"));
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    connected(test, dir, fresh ? now : old);
    if (fresh) return;
    push(test, dir);
    add_contents(test, dir, now);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    const size_t manifests = require_certified(test, dir);
    if (!fresh) CHECK(manifests >= 1);
    if (outcome != Outcome::completed) return;
    CHECK(manifests == (fresh ? 1 : 2));
    require_pulled_elsewhere(test, dir, now);
  };
  FaultCase fault_case{.setup = setup, .operation = push, .check = check};
  fault_case.stride = 3;
  CHECK(for_every_fault("push", fault_case) > 25);
}

TEST_CASE("fetch survives every fault") {
  const Contents now = contents_of("new");
  TempDir origin;
  {
    TestEnv test;
    connected(test, origin, now);
    push(test, origin);
  }
  auto setup = [&](TestEnv& test, const TempDir& dir) { clone(test, origin, dir); };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    // What has not arrived yet is missing, and nothing is damaged.
    CHECK(store::fsck(test.env, workspace.store()).clean());
    if (outcome != Outcome::completed) return;
    require_clean(test, workspace);
    // Nothing is asked of the remote any more.
    CHECK(fetch(test, dir).result.objects == 0);
    data::checkout(test.env, workspace, {});
    require_contents(dir, now);
  };
  CHECK(for_every_fault("fetch", {.setup = setup,
        .operation = [](TestEnv& test, const TempDir& dir) { fetch(test, dir); },
        .check = check}) > 10);
}

TEST_CASE("pull survives every fault") {
  const Contents now = contents_of("new");
  TempDir origin;
  {
    TestEnv test;
    connected(test, origin, now);
    push(test, origin);
  }
  auto setup = [&](TestEnv& test, const TempDir& dir) { clone(test, origin, dir); };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    CHECK(store::fsck(test.env, workspace.store()).clean());
    if (outcome != Outcome::completed) return;
    require_clean(test, workspace);
    require_contents(dir, now);
    CHECK(data::status(test.env, workspace, {}).clean());
  };
  FaultCase fault_case{.setup = setup, .operation = pull, .check = check};
  fault_case.stride = 2;
  // The files of a work tree are process-safe only: their source is the store, which fetch tests.
  fault_case.without = {Fault::power_loss, Fault::torn_power_loss};
  CHECK(for_every_fault("pull", fault_case) > 20);
}

TEST_CASE("gc of a remote survives every fault") {
  const Contents old = contents_of("old"), now = contents_of("new");
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    connected(test, dir, old);
    push(test, dir);
    add_contents(test, dir, now);
    push(test, dir);
  };
  const bool act = GENERATE(false, true);
  auto gc = [&](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    // The first run puts tombstones, the second removes, the third forgets the tombstones.
    for (int run = 0; run < 3; ++run) {
      test.clock.advance(20 * kDay);
      project::RemoteGcOptions options;
      options.drop_unknown = true;
      options.act = act;
      options.jobs = 1;
      project::remote_gc(test.env, workspace, options);
    }
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    CHECK(require_certified(test, dir) >= 1);
    if (outcome != Outcome::completed) return;
    require_pulled_elsewhere(test, dir, now);
    size_t packs = 0;
    for (const std::string& two : names_in(dir / "remote/packs")) {
      packs += names_in(dir / ("remote/packs/" + two)).size();
    }
    CHECK(packs == (act ? 1 : 2));
  };
  if (act) {
    FaultCase fault_case{.setup = setup, .operation = gc, .check = check};
    fault_case.stride = 3;
    CHECK(for_every_fault("gc --remote", fault_case) > 20);
    return;
  }
  // A dry run changes nothing but its own cache.
  TempDir dir;
  TestEnv test;
  setup(test, dir);
  FaultyFiles files(posix_files(), Fault::none, 0);
  TestEnv counted(files);
  gc(counted, dir);
  CHECK(files.calls() == 0);
  check(test, dir, Outcome::completed);
}
