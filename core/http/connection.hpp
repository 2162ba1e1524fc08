// One client: reads requests, asks the handler, writes responses, in turn. All methods run on the
// thread of its worker. Internal to the room; the one header with Boost in it.
#pragma once

#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/shared_state.hpp"

namespace mlo::http {

/// What a connection needs of its worker.
class ConnectionOwner {
 public:
  virtual ~ConnectionOwner() = default;
  virtual void closed(class Connection& connection) = 0;
  /// RFC 9110 date, at most half a second old.
  virtual std::string_view date() const = 0;
};

// shared_ptr: the pending asynchronous operation and the worker's list own it together; whichever
// lets go last ends it.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Socket = boost::asio::ip::tcp::socket;
  using Time = std::chrono::steady_clock::time_point;

  enum class Admission { normal, overloaded };
  Connection(SharedState& shared, ConnectionOwner& owner, Socket socket, Admission admission);

  void start();
  /// Called at each tick of the worker: ends what took too long.
  void check_deadline(Time now);
  /// The next response is the last one; without a request, within Limits::linger.
  void drain();
  void close();

 private:
  using ErrorCode = boost::system::error_code;
  using Parser = boost::beast::http::request_parser<boost::beast::http::string_body>;
  enum class Phase { idle, header, body, writing, discarding };

  void enter(Phase phase);
  bool begun() const;
  template <typename Step>
  void guarded(Step&& step);
  void read();
  void on_read(ErrorCode error, size_t size);
  void advance();
  void begin_request();
  bool admit();
  void respond();
  void refuse(int status, std::string_view message);
  void send(Response response, bool head, bool keep_alive);
  void on_sent(ErrorCode error);
  void discard();

  SharedState& shared_;
  ConnectionOwner& owner_;
  Socket socket_;
  Admission admission_;
  Phase phase_ = Phase::idle;
  Time deadline_;
  bool open_ = true;
  bool timed_out_ = false;
  bool admitted_ = false;
  bool keep_alive_ = true;
  bool unread_ = false;  ///< refused before its end: discard() before closing
  size_t discarded_ = 0;
  boost::beast::flat_buffer buffer_;
  std::optional<Parser> parser_;
  std::vector<Header> headers_;
  std::string out_;
  std::string out_body_;
};

}  // namespace mlo::http
