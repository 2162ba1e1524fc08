#include "http/worker.hpp"

#include <malloc.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <ctime>
#include <list>
#include <thread>
#include <unordered_map>

#include "http/connection.hpp"

namespace mlo::http {
namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds kTick{500};
constexpr std::chrono::milliseconds kDrainingTick{50};
/// Connections above the limit that still get an answer (503) instead of a closed door.
constexpr size_t kOverload = 64;

}  // namespace

struct Worker::Impl : ConnectionOwner {
  Impl(SharedState& state, int fd, bool ipv6)
      : shared(state), acceptor(loop, ipv6 ? Tcp::v6() : Tcp::v4(), fd), timer(loop) {}

  void run() {
    update_date();
    accept();
    tick();
    loop.run();
    finished.store(true, std::memory_order_release);
  }

  void accept() {
    acceptor.async_accept([this](ErrorCode error, Tcp::socket socket) {
      // Also after drain() closed the acceptor: asio may have taken this one from the kernel before,
      // and only its completion waited.
      if (!error) admit(std::move(socket));
      if (!acceptor.is_open()) return;
      if (error && error != asio::error::connection_aborted) {
        paused = true;  // out of descriptors: the next tick tries again
        return;
      }
      accept();
    });
  }

  void admit(Tcp::socket socket) {
    const size_t count = shared.connections.fetch_add(1) + 1;
    if (count > shared.limits.connections + kOverload) {
      shared.connections.fetch_sub(1);
      return;
    }
    const auto admission = count > shared.limits.connections ? Connection::Admission::overloaded
                                                             : Connection::Admission::normal;
    auto connection = std::make_shared<Connection>(shared, *this, std::move(socket), admission);
    connections.emplace(connection.get(), connection);
    connection->start();
    if (shared.draining.load()) connection->drain();
  }

  void closed(Connection& connection) override {
    shared.connections.fetch_sub(1);
    connections.erase(&connection);
    if (shared.draining.load() && connections.empty()) timer.cancel();
  }

  std::string_view date() const override { return date_text; }

  void update_date() {
    const std::time_t now = std::time(nullptr);
    std::tm parts{};
    ::gmtime_r(&now, &parts);
    char text[40];
    const size_t size = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    date_text.assign(text, size);
  }

  void tick() {
    if (shared.draining.load() && !acceptor.is_open() && connections.empty()) return;
    timer.expires_after(shared.draining.load() ? kDrainingTick : kTick);
    timer.async_wait([this](ErrorCode) {
      update_date();
      if (paused && acceptor.is_open()) {
        paused = false;
        accept();
      }
      // glibc keeps freed memory in its arenas: 400 MB after a request of a million rows.
      if (shared.large_exchange.exchange(false)) ::malloc_trim(0);
      const auto now = std::chrono::steady_clock::now();
      for (const auto& connection : snapshot()) connection->check_deadline(now);
      tick();
    });
  }

  /// Closing a connection takes it out of the map, so walks go over a copy.
  std::vector<std::shared_ptr<Connection>> snapshot() const {
    std::vector<std::shared_ptr<Connection>> all;
    all.reserve(connections.size());
    for (const auto& [key, connection] : connections) all.push_back(connection);
    return all;
  }

  void drain() {
    // Who already waits in the kernel's queue was promised an answer.
    ErrorCode error;
    acceptor.non_blocking(true, error);
    while (!error) {
      Tcp::socket socket(loop);
      acceptor.accept(socket, error);
      if (!error) admit(std::move(socket));
    }
    acceptor.close(error);
    for (const auto& connection : snapshot()) connection->drain();
    timer.cancel();
  }

  void stop() {
    ErrorCode ignored;
    acceptor.close(ignored);
    for (const auto& connection : snapshot()) connection->close();
    timer.cancel();
    loop.stop();
  }

  SharedState& shared;
  asio::io_context loop{1};
  Tcp::acceptor acceptor;
  asio::steady_timer timer;
  // shared_ptr: see Connection.
  std::unordered_map<Connection*, std::shared_ptr<Connection>> connections;
  std::string date_text;
  bool paused = false;
  std::atomic<bool> finished{false};
  std::thread thread;
};

Worker::Worker(SharedState& shared, int fd, bool ipv6)
    : impl_(std::make_unique<Impl>(shared, fd, ipv6)) {
  impl_->thread = std::thread([impl = impl_.get()] { impl->run(); });
}

Worker::~Worker() {
  stop();
  join();
}

void Worker::drain() {
  asio::post(impl_->loop, [impl = impl_.get()] { impl->drain(); });
}

void Worker::stop() {
  asio::post(impl_->loop, [impl = impl_.get()] { impl->stop(); });
}

void Worker::join() {
  if (impl_->thread.joinable()) impl_->thread.join();
}

bool Worker::finished() const { return impl_->finished.load(std::memory_order_acquire); }

}  // namespace mlo::http
