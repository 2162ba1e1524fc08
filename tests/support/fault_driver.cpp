#include "support/fault_driver.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <vector>

#include "base/error.hpp"

namespace mlo::test {
namespace {

constexpr int kFailedStatus = 92;
constexpr int kBrokenStatus = 93;
/// The operation got through; power was lost after it had returned.
constexpr int kDarkStatus = 94;

bool ends_the_process(Fault fault) {
  return fault == Fault::kill || fault == Fault::power_loss || fault == Fault::torn_power_loss;
}

struct Pass {
  Outcome outcome = Outcome::completed;
  bool struck = false;
};

Pass run_here(const FaultCase& fault_case, const TempDir& dir, Fault fault, uint64_t k) {
  FaultyFiles files(posix_files(), fault, k);
  TestEnv test(files);
  Pass pass;
  try {
    fault_case.operation(test, dir);
  } catch (const Error& error) {
    pass.outcome = Outcome::failed;
    INFO("error: " << error.message());
    // Without a fault there is no excuse.
    CHECK(!files.struck().empty());
  }
  pass.struck = !files.struck().empty();
  return pass;
}

// In the forked child; never returns.
[[noreturn]] void run_and_die(const FaultCase& fault_case, const TempDir& dir, Fault fault,
                              uint64_t k) {
  int status = kBrokenStatus;
  try {
    FaultyFiles files(posix_files(), fault, k);
    TestEnv test(files);
    fault_case.operation(test, dir);
    files.lose_power();
    status = fault == Fault::kill ? 0 : kDarkStatus;
  } catch (const Error& error) {
    std::fprintf(stderr, "fault test: error: %s\n", error.what());
    status = kFailedStatus;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "fault test: %s\n", error.what());
  }
  ::_exit(status);
}

Pass run_in_child(const FaultCase& fault_case, const TempDir& dir, Fault fault, uint64_t k) {
  std::fflush(nullptr);
  pid_t child = ::fork();
  REQUIRE(child >= 0);
  if (child == 0) run_and_die(fault_case, dir, fault, k);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  int code = WEXITSTATUS(status);
  if (code == kDeadStatus) return {Outcome::died, true};
  INFO("the operation ended with an error, though nothing had struck yet");
  REQUIRE((code == 0 || code == kDarkStatus));
  return {Outcome::completed, false};
}

/// One fault at one call; false when the operation got through without meeting it.
bool one_pass(const FaultCase& fault_case, Fault fault, uint64_t k) {
  TempDir dir;
  // Counts only; unlike the real one it does not wait for the disk.
  FaultyFiles files(posix_files(), Fault::none, 0);
  {
    TestEnv test(files);
    fault_case.setup(test, dir);
  }
  Pass pass = ends_the_process(fault) ? run_in_child(fault_case, dir, fault, k)
                                      : run_here(fault_case, dir, fault, k);
  {
    TestEnv test(files);
    fault_case.check(test, dir, pass.outcome);
  }
  if (fault_case.repeatable || pass.outcome != Outcome::completed) {
    TestEnv test(files);
    INFO("repeating the operation without a fault");
    try {
      fault_case.operation(test, dir);
    } catch (const Error& error) {
      FAIL("cannot be repeated: " << error.message());
    }
    fault_case.check(test, dir, Outcome::completed);
  }
  return pass.struck;
}

}  // namespace

uint64_t for_every_fault(const std::string& name, const FaultCase& fault_case) {
  uint64_t points = 0, first = 0;
  for (Fault fault : {Fault::io_error, Fault::no_space, Fault::full_disk, Fault::short_write,
                      Fault::kill, Fault::power_loss, Fault::torn_power_loss}) {
    if (fault_case.without.contains(fault)) continue;
    uint64_t k = 1 + first++ % fault_case.stride;
    for (bool struck = true; struck; k += fault_case.stride) {
      INFO(name << ": " << fault_name(fault) << " at call " << k);
      REQUIRE(k <= fault_case.most_calls);
      struck = one_pass(fault_case, fault, k);
      if (struck) points = std::max(points, k);
    }
  }
  // An operation that changes nothing would pass every check.
  CHECK(points > 0);
  return points;
}

}  // namespace mlo::test
