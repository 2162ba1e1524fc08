#include "http/connection.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/write.hpp>
#include <charconv>

#include "base/error.hpp"
#include "http/gate.hpp"

namespace mlo::http {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
using Field = beast::http::field;

constexpr size_t kReadSize = 8 << 10;
constexpr size_t kBodyReadSize = 128 << 10;
/// A larger body or response gives its memory back; a smaller one keeps it for the next.
constexpr size_t kKeptBody = 256 << 10;
/// After an early refusal: closing a socket with unread input resets it, and the client may lose
/// the answer. So what it still sends is read and dropped, up to a limit.
constexpr size_t kDiscardBytes = 512 << 20;
constexpr std::chrono::seconds kDiscardTime{5};

std::string_view view(beast::string_view text) { return {text.data(), text.size()}; }

void append_number(std::string& out, size_t number) {
  char digits[20];
  out.append(digits, std::to_chars(digits, digits + sizeof digits, number).ptr);
}

int status_of(const beast::error_code& error) {
  if (error == beast::http::error::body_limit) return 413;
  if (error == beast::http::error::header_limit || error == beast::http::error::buffer_overflow) {
    return 431;
  }
  return 400;
}

std::string message_of(int status, const beast::error_code& error, const Limits& limits) {
  if (status == 413) {
    return "the body is larger than " + std::to_string(limits.body_bytes) + " bytes";
  }
  if (status == 431) {
    return "the header is larger than " + std::to_string(limits.header_bytes) + " bytes";
  }
  return "malformed request: " + error.message();
}

/// "/v2?x" of "http://host:80/v2?x" (RFC 9112, 3.2.2: servers take the form that is for proxies);
/// other targets as they are.
std::string_view origin_form(std::string_view target) {
  static constexpr std::string_view kScheme = "http://";
  const auto scheme = target.substr(0, kScheme.size());
  if (!beast::iequals({scheme.data(), scheme.size()}, {kScheme.data(), kScheme.size()})) {
    return target;
  }
  target.remove_prefix(kScheme.size());
  const auto path = target.find_first_of("/?");
  return path == std::string_view::npos ? "/" : target.substr(path);
}

/// Nothing that a handler throws may end the thread.
Response call(const Handler& handler, const Request& request) {
  try {
    return handler(request);
  } catch (const Error& error) {
    return error_response(error.code() == Exit::usage ? 400 : 500, error.message());
  } catch (const std::bad_alloc&) {
    return error_response(503, "out of memory");
  } catch (const std::exception& error) {
    return error_response(500, std::string("internal error: ") + error.what());
  }
}

}  // namespace

Connection::Connection(SharedState& shared, ConnectionOwner& owner, Socket socket,
                       Admission admission)
    : shared_(shared), owner_(owner), socket_(std::move(socket)), admission_(admission) {}

void Connection::start() {
  ErrorCode ignored;
  socket_.set_option(asio::ip::tcp::no_delay(true), ignored);
  socket_.non_blocking(true, ignored);
  enter(Phase::header);
  read();
}

void Connection::enter(Phase phase) {
  phase_ = phase;
  const Limits& limits = shared_.limits;
  std::chrono::milliseconds allowed = kDiscardTime;
  if (phase == Phase::idle) allowed = shared_.draining.load() ? limits.linger : limits.idle;
  if (phase == Phase::header) allowed = limits.header;
  if (phase == Phase::body) allowed = limits.body;
  if (phase == Phase::writing) allowed = limits.write;
  deadline_ = std::chrono::steady_clock::now() + allowed;
}

void Connection::check_deadline(Time now) {
  if (!open_ || now < deadline_) return;
  const bool waiting = phase_ == Phase::header || phase_ == Phase::body;
  if (waiting && begun()) {
    timed_out_ = true;  // the cancelled read answers 408
    ErrorCode ignored;
    socket_.cancel(ignored);
    return;
  }
  // A request that waits in the kernel is answered, rather than reset.
  ErrorCode error;
  if (phase_ != Phase::idle || socket_.available(error) == 0) close();
}

/// Whether a byte of a request has come.
bool Connection::begun() const { return parser_ || buffer_.size() > 0; }

void Connection::drain() {
  const bool waiting = phase_ == Phase::idle || phase_ == Phase::header;
  if (waiting && !begun()) deadline_ = std::chrono::steady_clock::now() + shared_.limits.linger;
}

void Connection::close() {
  if (!open_) return;
  open_ = false;
  const auto self = shared_from_this();  // the owner lets go
  owner_.closed(*this);                  // first: a client that sees the end is no longer counted
  ErrorCode ignored;
  socket_.close(ignored);
}

/// Out of memory ends one client, not the thread and with it the server.
template <typename Step>
void Connection::guarded(Step&& step) {
  try {
    step();
  } catch (...) {
    close();
  }
}

void Connection::read() {
  const size_t size = phase_ == Phase::body ? kBodyReadSize : kReadSize;
  socket_.async_read_some(buffer_.prepare(size),
                          [self = shared_from_this()](ErrorCode error, size_t got) {
                            self->guarded([&] { self->on_read(error, got); });
                          });
}

void Connection::on_read(ErrorCode error, size_t size) {
  if (!open_) return;
  if (timed_out_) return refuse(408, "the request did not arrive in time");
  const bool reading = phase_ == Phase::header || phase_ == Phase::body;
  if (error == asio::error::eof && reading && begun()) {
    return refuse(400, "the request ended before it was complete");
  }
  if (error) return close();
  buffer_.commit(size);
  if (phase_ == Phase::discarding) {
    buffer_.clear();
    discarded_ += size;
    return discarded_ > kDiscardBytes ? close() : read();
  }
  advance();
}

void Connection::begin_request() {
  parser_.emplace();
  parser_->eager(true);
  parser_->header_limit(static_cast<uint32_t>(shared_.limits.header_bytes));
  parser_->body_limit(shared_.limits.body_bytes);
  admitted_ = false;
  enter(Phase::header);
}

void Connection::advance() {
  if (!parser_) {
    if (buffer_.size() == 0) {
      enter(Phase::idle);
      return read();
    }
    begin_request();
  }
  for (;;) {
    beast::error_code error;
    const size_t used = parser_->put(buffer_.data(), error);
    buffer_.consume(used);
    if (error && error != beast::http::error::need_more) {
      const int status = status_of(error);
      return refuse(status, message_of(status, error, shared_.limits));
    }
    if (!admitted_ && parser_->is_header_done()) {
      admitted_ = true;
      if (!admit()) return;
    }
    if (parser_->is_done()) return respond();
    if (used != 0 && buffer_.size() != 0) continue;
    // What the parser cannot use yet is one unfinished line: a header's, or a chunk's.
    if (buffer_.size() > shared_.limits.header_bytes) {
      return refuse(431, "a line of the request is larger than " +
                             std::to_string(shared_.limits.header_bytes) + " bytes");
    }
    return read();
  }
}

/// Looks at the header before the body is read. False: refused.
bool Connection::admit() {
  enter(Phase::body);
  const auto& message = parser_->get();
  const auto refused = [this](int status, std::string_view why) {
    refuse(status, why);
    return false;
  };
  if (admission_ == Admission::overloaded) return refused(503, "too many connections");
  const auto host = view(message[Field::host]);
  if (host.empty() && message.version() >= 11) return refused(400, "the Host header is missing");
  if (message.count(Field::host) > 1) return refused(400, "the Host header is given twice");
  if (shared_.gate && !host.empty()) {
    const auto why = refusal_of_gate(host, view(message[Field::origin]));
    if (why) return refused(403, *why);
  }
  // The parser takes any other coding for "no body": the body would be read as the next request.
  const auto coding = message[Field::transfer_encoding];
  if (message.count(Field::transfer_encoding) > 0 && !beast::iequals(coding, "chunked")) {
    return refused(501, "transfer encoding '" + std::string(coding) + "' is not supported");
  }
  const auto encoding = message[Field::content_encoding];
  if (!encoding.empty() && !beast::iequals(encoding, "identity")) {
    return refused(415, "content encoding '" + std::string(encoding) + "' is not supported");
  }
  const auto length = parser_->content_length();
  if (length) {
    parser_->get().body().reserve(std::min<size_t>(*length, 1 << 20) + kBodyPadding);
  }
  const auto expect = message[Field::expect];
  if (expect.empty() || parser_->is_done()) return true;
  if (!beast::iequals(expect, "100-continue")) {
    return refused(417, "expectation '" + std::string(expect) + "' is not supported");
  }
  // 25 bytes into an empty send buffer: a short write means that the client is gone.
  ErrorCode ignored;
  static constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";
  socket_.write_some(asio::buffer(kContinue.data(), kContinue.size()), ignored);
  return true;
}

void Connection::respond() {
  auto& message = parser_->get();
  Request request;
  request.method = view(message.method_string());
  const auto target = origin_form(view(message.target()));
  const auto mark = target.find('?');
  request.path = target.substr(0, mark);
  if (mark != std::string_view::npos) request.query = target.substr(mark + 1);
  headers_.clear();
  for (const auto& field : message)
    headers_.push_back({view(field.name_string()), view(field.value())});
  request.headers = headers_;
  if (message.body().size() > kKeptBody) shared_.large_exchange = true;
  message.body().reserve(message.body().size() + kBodyPadding);
  request.body = message.body();
  Response response = call(shared_.handler, request);
  const bool keep =
      keep_alive_ && message.keep_alive() && !shared_.draining.load(std::memory_order_relaxed);
  send(std::move(response), request.method == "HEAD", keep);
}

void Connection::refuse(int status, std::string_view message) {
  timed_out_ = false;
  unread_ = true;
  if (shared_.refused) shared_.refused(status);
  send(error_response(status, message), false, false);
}

void Connection::send(Response response, bool head, bool keep_alive) {
  keep_alive_ = keep_alive;
  const bool old = parser_ && parser_->is_header_done() && parser_->get().version() < 11;
  out_.assign("HTTP/1.1 ");
  append_number(out_, static_cast<size_t>(response.status));
  out_.append(" ").append(reason_phrase(response.status));
  out_.append("\r\nServer: mlo\r\nDate: ").append(owner_.date());
  if (!response.content_type.empty()) {
    out_.append("\r\nContent-Type: ").append(response.content_type);
  }
  for (const auto& [name, value] : response.headers) {
    out_.append("\r\n").append(name).append(": ").append(value);
  }
  out_.append("\r\nContent-Length: ");
  append_number(out_, response.body.size());
  if (!keep_alive) out_.append("\r\nConnection: close");
  if (keep_alive && old) out_.append("\r\nConnection: keep-alive");
  out_.append("\r\n\r\n");
  if (head) {
    out_body_.clear();
  } else {
    out_body_ = std::move(response.body);
  }
  parser_.reset();
  enter(Phase::writing);
  const std::array<asio::const_buffer, 2> parts{asio::buffer(out_), asio::buffer(out_body_)};
  asio::async_write(socket_, parts, [self = shared_from_this()](ErrorCode error, size_t) {
    self->guarded([&] { self->on_sent(error); });
  });
}

void Connection::on_sent(ErrorCode error) {
  if (!open_) return;
  if (error) return close();
  if (out_body_.capacity() > kKeptBody) {
    out_body_ = {};
    shared_.large_exchange = true;
  }
  if (keep_alive_) return advance();
  if (!unread_) return close();
  discard();
}

void Connection::discard() {
  ErrorCode ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  buffer_.clear();
  enter(Phase::discarding);
  read();
}

}  // namespace mlo::http
