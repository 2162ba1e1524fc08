#include "remote/transfer_progress.hpp"

#include <string>

#include "base/text.hpp"

namespace mlo::remote {

TransferProgress::TransferProgress(Env& env, std::string_view label, uint64_t total)
    : env_(env), progress_(env.reporter.progress(label, total)), start_(env.clock.ticks()) {}

void TransferProgress::add(uint64_t bytes) {
  std::lock_guard hold(mutex_);
  done_ += bytes;
  const double seconds = static_cast<double>(env_.clock.ticks() - start_) / 1e9;
  const double rate = seconds > 0 ? static_cast<double>(done_) / seconds : 0;
  progress_->update(done_, human_size(static_cast<uint64_t>(rate)) + "/s");
}

}  // namespace mlo::remote
