// A request until it has an answer worth reading, and ranges of files over HTTP: what the S3 and the web
// backend share.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "base/env.hpp"
#include "base/error.hpp"
#include "remote/http_client.hpp"

namespace mlo::remote {

struct Exchange {
  HttpAnswer answer;
  /// An earlier attempt got no answer and may have been carried out all the same.
  bool repeated = false;
};

/// Sends what `make` returns (anew for each attempt: signatures age) until the answer is not `passing`, or
/// the attempts are used up: then the last answer is returned, and throws failure "<what>: <reason>" when
/// there is none. `what`: "cannot read 's3://bucket/x'".
Exchange exchange(Env& env, HttpClient& client, const std::string& what,
                  const std::function<HttpRequest()>& make,
                  const std::function<bool(const HttpAnswer&)>& passing);

/// 408, 429, 500, 502, 503 and 504.
bool is_passing_status(int status);

/// What a plain web server says of a file that is not there.
bool is_missing_page(const HttpAnswer& answer);
/// The error that another answer of it means.
Error web_refused(const HttpAnswer& answer, const std::string& what);

/// Asks for `size` > 0 bytes from `offset`.
void ask_range(HttpRequest& request, uint64_t offset, uint64_t size);
/// The bytes of an answer of status 200, 206 or 416 to that, checked; a whole file (200) is cut. Throws
/// failure when it is another range or ends too early.
std::string take_range(HttpAnswer answer, uint64_t offset, uint64_t size, const std::string& what);

/// "<what>: ends before byte N".
Error ends_early(const std::string& what, uint64_t end);

}  // namespace mlo::remote
