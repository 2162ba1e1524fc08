// Writing to a connection that the other side has cut raises SIGPIPE in the writing thread, which would end
// `mlo` as if its own output had been closed. While one of these lives, the thread gets EPIPE instead.
// libcurl's own measure changes the handler of the whole process, also under other threads.
#pragma once

#include <pthread.h>
#include <signal.h>

#include <ctime>

namespace mlo::remote {

class SigpipeBlock {
 public:
  SigpipeBlock() {
    ::sigemptyset(&pipe_);
    ::sigaddset(&pipe_, SIGPIPE);
    sigset_t pending;
    ::sigpending(&pending);
    was_pending_ = ::sigismember(&pending, SIGPIPE) == 1;
    ::pthread_sigmask(SIG_BLOCK, &pipe_, &before_);
  }
  SigpipeBlock(const SigpipeBlock&) = delete;
  ~SigpipeBlock() {
    const timespec now{0, 0};
    if (!was_pending_) ::sigtimedwait(&pipe_, nullptr, &now);
    ::pthread_sigmask(SIG_SETMASK, &before_, nullptr);
  }

 private:
  sigset_t pipe_, before_;
  bool was_pending_ = false;
};

}  // namespace mlo::remote
