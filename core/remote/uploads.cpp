#include "remote/uploads.hpp"

#include <utility>

namespace mlo::remote {

Uploads::~Uploads() {
  {
    std::lock_guard hold(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Uploads::run() {
  std::unique_lock hold(mutex_);
  for (;;) {
    changed_.wait(hold, [&] { return ending_ || next_; });
    if (!next_) return;
    std::function<void()> work = std::exchange(next_, {});
    changed_.notify_all();
    hold.unlock();
    std::exception_ptr failure;
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    work = {};  // with the memory that it holds
    hold.lock();
    if (failure && !failure_) failure_ = failure;
    --busy_;
    changed_.notify_all();
  }
}

void Uploads::start(std::function<void()> work) {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [&] { return failure_ || busy_ < jobs_; });
  if (failure_) std::rethrow_exception(failure_);
  ++busy_;
  next_ = std::move(work);
  if (threads_.size() < busy_) threads_.emplace_back([this] { run(); });
  changed_.notify_all();
  // One hand-over at a time.
  changed_.wait(hold, [&] { return !next_; });
}

void Uploads::wait() {
  std::unique_lock hold(mutex_);
  changed_.wait(hold, [&] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

}  // namespace mlo::remote
