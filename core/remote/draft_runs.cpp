#include "remote/draft_runs.hpp"

#include <algorithm>

namespace mlo::remote {
namespace {

constexpr size_t kRecentRuns = 128;
constexpr uint64_t kLeastAverage = 8;

}  // namespace

bool DraftRuns::continues(const DraftRun& chunk) const {
  if (runs_.empty()) return false;
  const DraftRun& last = runs_.back();
  return last.fresh == chunk.fresh && last.first + last.count == chunk.first &&
         (last.fresh || last.pack == chunk.pack) && last.count < UINT32_MAX;
}

void DraftRuns::add(const DraftRun& chunk) {
  if (chunk.fresh) needs_ = std::max(needs_, chunk.first + 1);
  ++recent_;
  if (continues(chunk)) {
    ++runs_.back().count;
    return;
  }
  runs_.push_back(chunk);
  if (runs_.size() > kRecentRuns) recent_ -= runs_[runs_.size() - 1 - kRecentRuns].count;
}

bool DraftRuns::fragmented() const {
  return runs_.size() >= kRecentRuns && recent_ < kRecentRuns * kLeastAverage;
}

}  // namespace mlo::remote
