// One thread of the server: an event loop, an acceptor on the shared socket, and the connections it
// accepted. Internal to the room.
#pragma once

#include <memory>

#include "http/shared_state.hpp"

namespace mlo::http {

class Worker {
 public:
  /// `fd`: a listening socket that this worker owns from now on (a duplicate of the listener's).
  Worker(SharedState& shared, int fd, bool ipv6);
  ~Worker();

  /// Thread-safe. The thread ends by itself once its last connection is closed.
  void drain();
  /// Thread-safe. Closes everything and ends the thread.
  void stop();
  void join();
  bool finished() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::http
