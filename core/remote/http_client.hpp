// HTTP requests through libcurl, one at a time per connection, connections kept for the next. Knows nothing
// of S3: no retries, no meaning of status codes. Thread-safe. A cancelled Env ends a request within
// about a second; a connection over which nothing came for a minute is given up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.hpp"

namespace mlo::remote {

struct HttpAnswer;

/// Takes the body of an answer of status 200 or 206 piece by piece, instead of HttpAnswer::body. What they
/// throw ends the request and comes out of perform().
struct BodySink {
  std::function<void(const HttpAnswer& head)> begin;  ///< once, also when nothing follows
  std::function<void(std::string_view bytes)> bytes;
};

struct HttpRequest {
  std::string method = "GET";  ///< GET, HEAD, PUT, POST, DELETE
  std::string url;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string_view body;  ///< of PUT and POST; must live until perform() returns
  /// Of the answer's body, what is kept: these bytes are dropped first where the answer is the whole file
  /// (the server ignored Range); more than `limit` after that ends the transfer. Of errors: 64 KiB.
  uint64_t skip_if_whole = 0;
  uint64_t limit = 1 << 20;
  const BodySink* sink = nullptr;  ///< then neither of the two counts
  bool follow_redirects = false;
  bool use_netrc = false;
  bool despite_cancel = false;  ///< cleaning up after a cancelled transfer
};

struct HttpAnswer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>>
      headers;  ///< of the last answer, names in lower case
  std::string body;
  /// libcurl sent the body once more, as a kept connection turned out to be dead: perhaps only after the
  /// server had carried out the request.
  bool repeated = false;
  bool over_limit = false;  ///< body has `limit` bytes and there were more

  /// Empty when there is none.
  std::string_view header(std::string_view name) const;
  std::optional<uint64_t> length() const;  ///< content-length
};

/// No answer, or not a whole one.
struct HttpFailure {
  std::string reason;  ///< libcurl's, without URL and credentials
  std::string hint;
  bool passing = false;      ///< worth another attempt
  bool unreachable = false;  ///< nobody answers there: few attempts
  /// The request may have been carried out.
  bool ambiguous = true;
};

struct HttpResult {
  std::optional<HttpAnswer> answer;
  HttpFailure failure;  ///< when there is no answer
};

class HttpClient {
 public:
  /// `ca_file`: PEM, instead of the system's; may be empty.
  HttpClient(Env& env, std::string ca_file);
  ~HttpClient();
  /// Throws interrupted() and for what no server can cause (no memory, no libcurl).
  HttpResult perform(const HttpRequest& request);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::remote
