// Every fault at every mutating call of one operation, in one line of a test:
//
//   for_every_fault("data add", {
//       .setup = [](TestEnv& test, const TempDir& dir) { ... },      // without faults
//       .operation = [](TestEnv& test, const TempDir& dir) { ... },  // on faulty files
//       .check = [](TestEnv& test, const TempDir& dir, Outcome outcome) {
//         // without faults again: fsck clean; the old state or the new one; and then
//       }});
//
// For each fault and each k: fresh directory, setup, operation with the fault at its k-th mutating
// call, check(outcome). Then the operation once more without a fault, which must succeed, and
// check(Outcome::completed). k runs until the operation gets through without meeting the fault.
// Kill and power loss run in a forked child that ends there, so no destructor cleans up after it.
// Errors other than mlo::Error in the operation fail the test.
#pragma once

#include <functional>
#include <set>
#include <string>

#include "support/faulty_files.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace mlo::test {

/// `failed`: an mlo::Error came out; `died`: killed or lost power; `completed`: returned. A
/// completed operation must have reached the new state even if a fault struck inside (a tolerated
/// one).
enum class Outcome { completed, failed, died };

struct FaultCase {
  std::function<void(TestEnv&, const TempDir&)> setup;
  std::function<void(TestEnv&, const TempDir&)> operation;
  std::function<void(TestEnv&, const TempDir&, Outcome)> check;
  /// Faults that this case leaves out, each with its reason beside it in the test.
  std::set<Fault> without = {};
  /// Repeat without a fault afterwards (false where repeating is an error by contract).
  bool repeatable = true;
  /// Fails the test when the operation needs more mutating calls (a runaway loop).
  uint64_t most_calls = 2000;
  /// Each fault strikes every `stride`-th call, each from another one on, so that together they meet all:
  /// for operations of many calls.
  uint64_t stride = 1;
};

/// Runs everything with Catch2 assertions; returns the number of fault points of one pass.
uint64_t for_every_fault(const std::string& name, const FaultCase& fault_case);

}  // namespace mlo::test
