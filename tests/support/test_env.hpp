// An Env of a test: real or faulty files, a clock that stands still unless told otherwise, a
// reporter that remembers, variables from a map.
//
//   TestEnv test;                       // real files
//   data::add(test.env, workspace, ...);
//   test.clock.advance(15 * kDay);
//   REQUIRE(test.reporter.warnings.size() == 1);
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "base/files.hpp"

namespace mlo::test {

inline constexpr int64_t kDay = int64_t{86400} * 1'000'000'000;

/// Starts at the real time (files get real times from the kernel) and moves only by advance().
class TestClock final : public Clock {
 public:
  Time now() override { return now_; }
  int64_t ticks() override { return now_; }
  void advance(int64_t nanoseconds) { now_ += nanoseconds; }
  void set(Time time) { now_ = time; }

 private:
  std::atomic<int64_t> now_ = system_clock().now();
};

class TestReporter final : public Reporter {
 public:
  void note(std::string_view line) override { add(notes, line); }
  void warn(std::string_view line) override { add(warnings, line); }
  std::unique_ptr<Progress> progress(std::string_view label, uint64_t total) override {
    return silent_reporter().progress(label, total);
  }
  std::vector<std::string> notes, warnings;

 private:
  void add(std::vector<std::string>& list, std::string_view line) {
    std::lock_guard hold(mutex_);
    list.emplace_back(line);
  }
  std::mutex mutex_;
};

class TestVariables final : public Variables {
 public:
  std::optional<std::string> get(const std::string& name) const override {
    auto found = values.find(name);
    if (found == values.end()) return std::nullopt;
    return found->second;
  }
  std::map<std::string, std::string> values;
};

struct TestEnv {
  explicit TestEnv(FileSystem& files = posix_files())
      : env{files, clock, reporter, variables, cancelled} {}
  TestEnv(const TestEnv&) = delete;
  TestClock clock;
  TestReporter reporter;
  TestVariables variables;
  std::atomic<bool> cancelled = false;
  Env env;
};

}  // namespace mlo::test
