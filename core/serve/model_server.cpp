#include "serve/model_server.hpp"

namespace mlo::serve {
namespace {

constexpr std::chrono::seconds kHandover{30};

}  // namespace

ModelServer::ModelServer(Env& env, std::string server_version)
    : context_{models_,
               metrics_,
               env.clock,
               std::move(server_version),
               [this] { return connections(); },
               draining_},
      handler_(counted(open_inference_router(context_), context_)) {}

ModelServer::~ModelServer() = default;

size_t ModelServer::connections() const {
  std::lock_guard hold(server_mutex_);
  return server_ ? server_->connections() : 0;
}

bool ModelServer::bound_to(const ServerSettings& settings) const {
  return listener_ && http::same_host(listener_->host(), settings.host) &&
         (listener_->port() == settings.port || settings.port == 0);
}

void ModelServer::bind(const ServerSettings& settings) {
  next_listener_.reset();
  if (!bound_to(settings)) next_listener_ = http::Listener::bind(settings.host, settings.port);
}

void ModelServer::start(const ServerSettings& settings) {
  if (!next_listener_) bind(settings);
  http::ServerOptions options;
  options.threads = settings.threads;
  options.refused = [this](int status) { metrics_.responses.add(status); };
  auto next = std::make_unique<http::Server>(next_listener_ ? *next_listener_ : *listener_, options,
                                             handler_);
  if (next_listener_) listener_ = std::move(next_listener_);
  next_listener_.reset();
  {
    std::lock_guard hold(server_mutex_);
    std::swap(server_, next);
  }
  if (next) next->drain(kHandover);
}

bool ModelServer::drain(std::chrono::milliseconds timeout) {
  draining_ = true;
  listener_.reset();  // from now on the kernel refuses: nobody waits in a queue that is not read
  return !server_ || server_->drain(timeout);
}

}  // namespace mlo::serve
