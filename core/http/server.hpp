// The one HTTP/1.1 server of mlo: a thread per core, each with its own event loop and its own
// connections; an idle thread accepts, so a slow request never delays a new connection while
// another thread is free. Keep-alive, pipelining, chunked bodies, Expect: 100-continue, HEAD.
//
// Gate: headers, body, connections and time are bounded (Limits); on a loopback listener the Host
// must be a loopback name and an Origin, if there is one, too, so that a web page cannot reach the
// server through the user's browser (DNS rebinding). Every refusal has a JSON body {"error": ...}.
// Crash rules: none; the server keeps nothing.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>

#include "http/listener.hpp"
#include "http/message.hpp"

namespace mlo::http {

struct Limits {
  size_t header_bytes = 32 << 10;
  size_t body_bytes = 64 << 20;
  size_t connections = 4096;
  std::chrono::milliseconds idle{75'000};    ///< between requests of a connection
  std::chrono::milliseconds header{10'000};  ///< from its first byte to the end of the header
  std::chrono::milliseconds body{60'000};    ///< from the end of the header to the end of the body
  std::chrono::milliseconds write{60'000};   ///< until the client has taken the response
  /// While draining: for the next request of an open connection. Closed at once, a busy client would
  /// lose the request that it is just sending.
  std::chrono::milliseconds linger{1'000};
};

struct ServerOptions {
  unsigned threads = 0;  ///< 0: available_threads()
  Limits limits;
  /// Told the status of each request that never reached the handler (413, 408, 403, ...).
  std::function<void(int status)> refused;
};

class Server {
 public:
  /// Starts serving at once. The socket is shared with `listener`, which need not stay alive.
  Server(const Listener& listener, ServerOptions options, Handler handler);
  /// Stops at once, without draining.
  ~Server();
  Server(Server&&) noexcept;
  Server& operator=(Server&&) noexcept;

  /// Stops accepting, answers what runs or comes within Limits::linger on the open connections, each
  /// time with "Connection: close", for at most `timeout`; then closes what is left and joins the
  /// threads. Returns false if something was cut off.
  bool drain(std::chrono::milliseconds timeout);
  size_t connections() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::http
