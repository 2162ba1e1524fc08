#include "remote/directory_backend.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <set>

#include "support/error_of.hpp"
#include "support/faulty_files.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"
#include "unit/remote/backend_conformance.hpp"

using namespace mlo;
using remote::Put;

namespace {

remote::RemoteConfig config_at(const std::string& path) {
  remote::RemoteConfig config;
  config.name = "origin";
  config.url = config.directory = path;
  return config;
}

mode_t mode_of(const std::string& path) { return stat_of(path)->st_mode & 07777; }

/// umask of one test.
struct Umask {
  explicit Umask(mode_t mask) : before(::umask(mask)) {}
  ~Umask() { ::umask(before); }
  mode_t before;
};

}  // namespace

TEST_CASE("a directory conforms") {
  test::TempDir dir;
  test::TestEnv env;
  auto backend = remote::open_backend(env.env, config_at(dir / "remote"));
  for (const test::ConformanceCase& one : test::conformance_cases(env.env)) {
    INFO(one.name);
    CHECK_NOTHROW(one.run({*backend, *backend}));
  }
  CHECK(names_in(dir / "remote/.tmp").empty());
  CHECK_FALSE(exists(dir / "remote/probe"));
}

TEST_CASE("a probe leaves no directory behind unless another one is under way, and works again") {
  test::TempDir dir;
  test::TestEnv env;
  remote::DirectoryBackend backend(env.env, config_at(dir / "remote"));
  remote::probe(env.env, backend);
  CHECK_FALSE(exists(dir / "remote/probe"));
  dir.write("remote/probe/other", "x");
  remote::probe(env.env, backend);
  CHECK(dir.read("remote/probe/other") == "x");
}

TEST_CASE("the directory above the remote must exist, the remote itself need not") {
  test::TempDir dir;
  test::TestEnv env;
  remote::DirectoryBackend absent(env.env, config_at(dir / "mnt/remote"));
  CHECK_FALSE(absent.read("mlo-remote", 10));
  Error error = test::error_of([&] { absent.put("a", "x", Put::create); });
  CHECK(error.message().starts_with("there is no directory '" + dir / "mnt'"));
  CHECK(error.hint().find("mounted") != std::string::npos);
  CHECK_FALSE(exists(dir / "mnt"));
  remote::DirectoryBackend fresh(env.env, config_at(dir / "remote"));
  CHECK(fresh.put("a/b", "x", Put::create));
  CHECK(dir.read("remote/a/b") == "x");
}

TEST_CASE("a shared remote keeps its group and lets it write, whatever the umask") {
  test::TempDir dir;
  test::TestEnv env;
  REQUIRE(::mkdir((dir / "shared").c_str(), 0755) == 0);
  REQUIRE(::chmod((dir / "shared").c_str(), 02775) == 0);
  REQUIRE(::mkdir((dir / "plain").c_str(), 0755) == 0);
  Umask umask(077);
  remote::DirectoryBackend(env.env, config_at(dir / "shared")).put("packs/ab/c", "x", Put::create);
  CHECK(mode_of(dir / "shared/packs") == 02775);
  CHECK(mode_of(dir / "shared/packs/ab") == 02775);
  CHECK(mode_of(dir / "shared/packs/ab/c") == 0664);
  remote::DirectoryBackend(env.env, config_at(dir / "plain")).put("packs/ab/c", "x", Put::create);
  CHECK(mode_of(dir / "plain/packs") == 0700);
  CHECK(mode_of(dir / "plain/packs/ab/c") == 0600);
  CHECK(mode_of(dir / "shared") == 02775);  // not ours to change
}

TEST_CASE("what is not a file of the remote is not listed, and no link leads out of it") {
  test::TempDir dir;
  test::TestEnv env;
  dir.write("elsewhere/secret", "x");
  dir.write("remote/packs/ab/one", "1");
  dir.write("remote/packs/.nfs0001", "x");
  dir.write("remote/packs/ab/.one.tmp", "x");
  REQUIRE(::symlink((dir / "elsewhere").c_str(), (dir / "remote/packs/out").c_str()) == 0);
  REQUIRE(::symlink("..", (dir / "remote/packs/loop").c_str()) == 0);
  REQUIRE(::symlink("nowhere", (dir / "remote/packs/dangling").c_str()) == 0);
  REQUIRE(::mkfifo((dir / "remote/packs/fifo").c_str(), 0600) == 0);
  remote::DirectoryBackend backend(env.env, config_at(dir / "remote"));
  std::set<std::string> names;
  backend.list("packs/", [&](const remote::RemoteFile& file) { names.insert(file.name); });
  CHECK(names == std::set<std::string>{"packs/ab/one"});
  CHECK_FALSE(backend.stat("packs/ab"));
  CHECK_THROWS_AS(backend.read("packs/ab", 100), Error);
}

TEST_CASE("leftovers of killed writers go after a week, those of running ones stay") {
  test::TempDir dir;
  test::TestEnv env;
  dir.write("remote/.tmp/old", "x");
  remote::DirectoryBackend(env.env, config_at(dir / "remote")).put("a", "x", Put::create);
  CHECK(exists(dir / "remote/.tmp/old"));
  env.clock.advance(8 * test::kDay);
  remote::DirectoryBackend(env.env, config_at(dir / "remote")).put("b", "x", Put::create);
  CHECK_FALSE(exists(dir / "remote/.tmp/old"));
}

TEST_CASE("a cancelled command ends at the next step") {
  test::TempDir dir;
  test::TestEnv env;
  remote::DirectoryBackend backend(env.env, config_at(dir / "remote"));
  env.cancelled = true;
  CHECK(test::error_of([&] { backend.put("a", "x", Put::create); }).code() == Exit::interrupted);
  CHECK(test::error_of([&] { backend.read("a", 9); }).code() == Exit::interrupted);
}

TEST_CASE("whatever call fails, a file is whole or absent, and the put can be repeated") {
  for (test::Fault fault :
       {test::Fault::io_error, test::Fault::no_space, test::Fault::short_write}) {
    for (Put how : {Put::create, Put::replace}) {
      for (uint64_t at = 1;; ++at) {
        test::TempDir dir;
        test::FaultyFiles files(posix_files(), fault, at);
        test::TestEnv env(files);
        remote::DirectoryBackend backend(env.env, config_at(dir / "remote"));
        bool failed = false;
        try {
          backend.put("packs/ab/one", "bytes", how);
        } catch (const Error&) {
          failed = true;
        }
        INFO(test::fault_name(fault) << " at " << at << ": " << files.struck());
        if (files.struck().empty()) {
          CHECK(at > 8);  // the loop went through the calls of a put
          break;
        }
        auto found = backend.read("packs/ab/one", 100);
        CHECK((!found || *found == "bytes"));
        CHECK((failed || found));
        backend.put("packs/ab/one", "bytes", how);
        CHECK(backend.read("packs/ab/one", 100) == "bytes");
      }
    }
  }
}
