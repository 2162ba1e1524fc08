// A request as a route sees it and the response it gives. Views into the connection's buffers:
// valid only during the call.
#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlo::http {

/// Readable bytes behind Request::body, so that a vectorised parser need not copy it.
inline constexpr size_t kBodyPadding = 64;

struct Header {
  std::string_view name;
  std::string_view value;
};

struct Request {
  std::string_view method;
  std::string_view path;   ///< before '?', still percent-encoded
  std::string_view query;  ///< after '?', without it
  std::string_view body;
  std::span<const Header> headers;
  /// Percent-decoded values of the route's `{}` segments, in order.
  std::span<const std::string> parameters;

  /// First header of that name (case-insensitive), or "".
  std::string_view header(std::string_view name) const;
};

struct Response {
  int status = 200;
  std::string body;
  std::string content_type = "application/json";
  std::vector<std::pair<std::string, std::string>> headers;
};

/// {"error": message}: the body of every refusal.
Response error_response(int status, std::string_view message);
/// "Not Found" for 404.
std::string_view reason_phrase(int status);

/// Called on a server thread, by several at once. An mlo::Error with exit code usage becomes 400,
/// any other exception 500.
using Handler = std::function<Response(const Request&)>;

}  // namespace mlo::http
