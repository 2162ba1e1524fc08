#include "base/env.hpp"

#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo {
namespace {

constexpr int64_t kSecond = 1'000'000'000;

int64_t read_clock(clockid_t id) {
  timespec value;
  ::clock_gettime(id, &value);
  return int64_t{value.tv_sec} * kSecond + value.tv_nsec;
}

class SystemClock final : public Clock {
 public:
  Time now() override { return read_clock(CLOCK_REALTIME); }
  int64_t ticks() override { return read_clock(CLOCK_MONOTONIC); }
};

class SilentProgress final : public Progress {
 public:
  void update(uint64_t, std::string_view) override {}
};

class SilentReporter final : public Reporter {
 public:
  void note(std::string_view) override {}
  void warn(std::string_view) override {}
  std::unique_ptr<Progress> progress(std::string_view, uint64_t) override {
    return std::make_unique<SilentProgress>();
  }
};

class ProcessVariables final : public Variables {
 public:
  std::optional<std::string> get(const std::string& name) const override {
    const char* value = ::secure_getenv(name.c_str());
    if (value == nullptr) return std::nullopt;
    return std::string(value);
  }
};

}  // namespace

void Env::check_cancelled() const {
  if (cancelled.load(std::memory_order_relaxed)) throw interrupted();
}

Clock& system_clock() {
  static SystemClock clock;
  return clock;
}

Reporter& silent_reporter() {
  static SilentReporter reporter;
  return reporter;
}

const Variables& process_variables() {
  static const ProcessVariables variables;
  return variables;
}

std::string format_time(Time time) {
  int64_t seconds = time / kSecond;
  int64_t rest = time % kSecond;
  if (rest < 0) {
    rest += kSecond;
    --seconds;
  }
  time_t whole = seconds;
  tm parts;
  ::gmtime_r(&whole, &parts);
  char text[64];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", parts.tm_year + 1900,
                parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                static_cast<int>(rest / 1'000'000));
  return text;
}

std::optional<Time> parse_time(std::string_view text) {
  static constexpr std::string_view kPattern = "dddd-dd-ddTdd:dd:dd";
  if (text.size() < kPattern.size() + 1 || text.back() != 'Z') return std::nullopt;
  for (size_t i = 0; i < kPattern.size(); ++i) {
    bool digit = text[i] >= '0' && text[i] <= '9';
    if (kPattern[i] == 'd' ? !digit : text[i] != kPattern[i]) return std::nullopt;
  }
  auto field = [&](size_t start, size_t length) {
    return static_cast<int>(*parse_int(text.substr(start, length)));
  };
  tm parts{};
  parts.tm_year = field(0, 4) - 1900;
  parts.tm_mon = field(5, 2) - 1;
  parts.tm_mday = field(8, 2);
  parts.tm_hour = field(11, 2);
  parts.tm_min = field(14, 2);
  parts.tm_sec = field(17, 2);
  if (parts.tm_mon > 11 || parts.tm_mday < 1 || parts.tm_mday > 31 || parts.tm_hour > 23 ||
      parts.tm_min > 59 || parts.tm_sec > 60 ||
      // What 64 bits of nanoseconds reach: 1677-09-21 to 2262-04-11.
      parts.tm_year < 1678 - 1900 || parts.tm_year > 2261 - 1900) {
    return std::nullopt;
  }
  int64_t fraction = 0;
  std::string_view rest = text.substr(kPattern.size(), text.size() - kPattern.size() - 1);
  if (!rest.empty()) {
    if (rest[0] != '.' || rest.size() < 2 || rest.size() > 10) return std::nullopt;
    int64_t scale = kSecond;
    for (char c : rest.substr(1)) {
      if (c < '0' || c > '9') return std::nullopt;
      fraction += (c - '0') * (scale /= 10);
    }
  }
  return int64_t{::timegm(&parts)} * kSecond + fraction;
}

}  // namespace mlo
