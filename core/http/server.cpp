#include "http/server.hpp"

#include <fcntl.h>

#include <thread>
#include <vector>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "http/worker.hpp"

namespace mlo::http {

struct Server::Impl {
  SharedState shared;
  std::vector<std::unique_ptr<Worker>> workers;
};

Server::Server(const Listener& listener, ServerOptions options, Handler handler)
    : impl_(std::make_unique<Impl>()) {
  impl_->shared.handler = std::move(handler);
  impl_->shared.limits = options.limits;
  impl_->shared.refused = std::move(options.refused);
  impl_->shared.gate = listener.loopback();
  const unsigned threads = options.threads != 0 ? options.threads : available_threads();
  for (unsigned i = 0; i < threads; ++i) {
    const int fd = ::fcntl(listener.fd(), F_DUPFD_CLOEXEC, 3);
    if (fd < 0) throw system_error("cannot share the listening socket", errno);
    impl_->workers.push_back(std::make_unique<Worker>(impl_->shared, fd, listener.ipv6()));
  }
}

Server::~Server() = default;
Server::Server(Server&&) noexcept = default;
Server& Server::operator=(Server&&) noexcept = default;

bool Server::drain(std::chrono::milliseconds timeout) {
  impl_->shared.draining = true;
  for (auto& worker : impl_->workers) worker->drain();
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  bool clean = false;
  for (;;) {
    clean = true;
    for (const auto& worker : impl_->workers) clean = clean && worker->finished();
    if (clean || std::chrono::steady_clock::now() >= deadline) break;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  impl_->workers.clear();
  return clean;
}

size_t Server::connections() const { return impl_->shared.connections.load(); }

}  // namespace mlo::http
