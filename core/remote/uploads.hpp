// Work in the background, a bounded number of pieces at a time, each of which holds its memory until it
// is done: start() waits for a free place. The first failure stops further starts and is thrown by
// start() or wait().
#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace mlo::remote {

class Uploads {
 public:
  explicit Uploads(unsigned jobs) : jobs_(jobs) {}
  Uploads(const Uploads&) = delete;
  /// Waits for what runs.
  ~Uploads();
  void start(std::function<void()> work);
  void wait();

 private:
  void run();

  const unsigned jobs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::function<void()> next_;
  unsigned busy_ = 0;  ///< threads that work on something
  bool ending_ = false;
  std::exception_ptr failure_;
  std::vector<std::thread> threads_;
};

}  // namespace mlo::remote
