// A running model server: a listening socket, the HTTP threads on it, the table of models and the
// metrics. Models, port and thread count can change while it answers; none of that fails a request.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "base/env.hpp"
#include "http/server.hpp"
#include "serve/open_inference.hpp"

namespace mlo::serve {

struct ServerSettings {
  std::string host = "127.0.0.1";
  uint16_t port = 8080;  ///< 0: a free one
  unsigned threads = 0;  ///< 0: available_threads()
  bool operator==(const ServerSettings&) const = default;
};

class ModelServer {
 public:
  ModelServer(Env& env, std::string server_version);
  ~ModelServer();

  /// Binds without answering yet, so that a port in use is known before a model is loaded. Replaces
  /// nothing that runs.
  void bind(const ServerSettings& settings);
  /// Closes what bind() prepared and start() did not take.
  void unbind() { next_listener_.reset(); }
  /// Starts answering with what bind() prepared, or with other settings on the port that is open,
  /// and lets the threads before finish their requests. Without a preceding bind() it binds.
  void start(const ServerSettings& settings);
  /// Serves this version from now on, in place of the one before.
  void set(std::shared_ptr<const Servable> servable) { models_.set(std::move(servable)); }

  uint16_t port() const { return listener_->port(); }
  std::string url() const { return listener_->url(); }
  /// True if every running request was answered within `timeout`.
  bool drain(std::chrono::milliseconds timeout);

 private:
  bool bound_to(const ServerSettings& settings) const;
  size_t connections() const;

  Metrics metrics_;
  ModelTable models_{metrics_};
  std::atomic<bool> draining_{false};
  ProtocolContext context_;
  http::Handler handler_;
  std::optional<http::Listener> listener_, next_listener_;
  mutable std::mutex server_mutex_;  // start() replaces it while its threads answer /metrics
  std::unique_ptr<http::Server> server_;
};

}  // namespace mlo::serve
