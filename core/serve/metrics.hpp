// What a server counts, and its Prometheus text (exposition format 0.0.4). Counting is lock-free:
// each model version has one block of atomics that lives as long as the server, so counters never
// run backwards when versions are swapped to and fro.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace mlo::serve {

/// Upper bounds in seconds; the last bucket (+Inf) is implied.
inline constexpr std::array<double, 14> kLatencyBounds = {
    0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5};

/// Requests by status code; codes outside 100..599 count as 599.
class CodeCounter {
 public:
  void add(int status) {
    const int slot = status >= 100 && status < 600 ? status - 100 : 499;
    counts_[static_cast<size_t>(slot)].fetch_add(1, std::memory_order_relaxed);
  }
  /// (code, count) of those seen.
  std::vector<std::pair<int, uint64_t>> seen() const;

 private:
  std::array<std::atomic<uint64_t>, 500> counts_{};
};

struct VersionMetrics {
  CodeCounter requests;
  std::atomic<uint64_t> rows{0};
  std::array<std::atomic<uint64_t>, kLatencyBounds.size() + 1> latency{};
  std::atomic<uint64_t> latency_nanoseconds{0};

  void observe(int64_t nanoseconds);
};

/// A version that is being served now.
struct LoadedModel {
  std::string model, version, digest, platform;
};

class Metrics {
 public:
  /// The block of a version, made on first use; the reference holds as long as this.
  VersionMetrics& version(const std::string& model, const std::string& version);

  CodeCounter responses;  ///< all requests, refused ones too
  std::atomic<int64_t> in_flight{0};
  std::atomic<uint64_t> switches{0};

  std::string text(size_t connections, const std::vector<LoadedModel>& loaded) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::pair<std::string, std::string>, std::unique_ptr<VersionMetrics>> versions_;
};

}  // namespace mlo::serve
