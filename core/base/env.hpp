// The operating system as core sees it: files, time, talk, cancellation, environment variables.
// Passed by reference, never global; holds services only, no state of a command. Tests build one
// from fakes, which is what makes fault and time tests unit tests.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/files.hpp"

namespace mlo {

/// Nanoseconds since 1970-01-01T00:00:00Z.
using Time = int64_t;

class Clock {
 public:
  virtual ~Clock() = default;
  virtual Time now() = 0;
  /// Monotonic nanoseconds, for durations.
  virtual int64_t ticks() = 0;
};

/// A running progress display; destroyed when the work ends.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `done` of the announced total (0: unknown), with a short note such as "loss 0.31".
  virtual void update(uint64_t done, std::string_view note = {}) = 0;
};

/// What core says while it works. stderr in the program, a list in tests. Thread-safe.
class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void note(std::string_view line) = 0;
  virtual void warn(std::string_view line) = 0;
  virtual std::unique_ptr<Progress> progress(std::string_view label, uint64_t total) = 0;
};

class Variables {
 public:
  virtual ~Variables() = default;
  virtual std::optional<std::string> get(const std::string& name) const = 0;
};

struct Env {
  FileSystem& files;
  Clock& clock;
  Reporter& reporter;
  const Variables& variables;
  /// Set by SIGINT and SIGTERM; long work asks at each step.
  const std::atomic<bool>& cancelled;

  /// Throws interrupted() once a signal came.
  void check_cancelled() const;
};

Clock& system_clock();
Reporter& silent_reporter();
const Variables& process_variables();

/// RFC 3339 UTC with milliseconds: "2026-11-23T12:35:01.250Z".
std::string format_time(Time time);
/// Accepts what format_time writes, with 0 to 9 fractional digits; nullopt if malformed.
std::optional<Time> parse_time(std::string_view text);

}  // namespace mlo
