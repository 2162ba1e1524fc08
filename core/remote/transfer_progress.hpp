// What a transfer tells its reporter: bytes done of a total, the rate. Thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string_view>

#include "base/env.hpp"

namespace mlo::remote {

class TransferProgress {
 public:
  TransferProgress(Env& env, std::string_view label, uint64_t total);
  void add(uint64_t bytes);

 private:
  Env& env_;
  std::mutex mutex_;
  std::unique_ptr<Progress> progress_;
  uint64_t done_ = 0;
  int64_t start_;
};

}  // namespace mlo::remote
