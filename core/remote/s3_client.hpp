// Requests to one bucket: addressed, signed, retried, and their errors in words. Thread-safe.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "remote/http_exchange.hpp"
#include "remote/s3_list.hpp"
#include "remote/s3_settings.hpp"

namespace mlo::remote {

struct S3Request {
  std::string method = "GET";
  std::optional<std::string> key = {};  ///< absent: the bucket itself
  NameValues query = {};
  NameValues headers = {};  ///< all of them are signed
  std::string_view body = {};
  uint64_t limit = 1 << 20;
  struct Range {
    uint64_t offset, size;
  };
  std::optional<Range> range = {};
  const BodySink* sink = nullptr;
  bool despite_cancel = false;
};

class S3Client {
 public:
  S3Client(Env& env, const RemoteConfig& config);

  const S3Settings& settings() const { return settings_; }
  /// The answer, whatever its status; passing faults have been retried. `what`: "cannot read 's3://..'".
  Exchange send(const S3Request& request, const std::string& what);
  /// The same, of a request that is made anew for each attempt.
  Exchange send(const std::function<S3Request()>& make, const std::string& what);
  /// Every object whose key starts with `prefix`, page by page. Throws as refused() says.
  void list(const std::string& prefix, const std::function<void(S3Page::Object&&)>& visit,
            const std::string& what);
  /// The error that `answer`, which is not what was hoped for, means.
  Error refused(const HttpAnswer& answer, const std::string& what) const;

 private:
  HttpRequest signed_request(const S3Request& request, const std::string& payload_sha256) const;
  std::string without_secrets(std::string text) const;
  std::string hint_for(const HttpAnswer& answer, std::string_view code) const;

  Env& env_;
  bool configured_;  ///< by a remote's options; else by the environment and Amazon's files alone
  S3Settings settings_;
  HttpClient client_;
};

/// "NoSuchKey"; "" when the body is no S3 error.
std::string s3_error_code(const HttpAnswer& answer);
/// There is no such object; of a bucket that is not there this is not said.
bool is_missing_object(const HttpAnswer& answer);

}  // namespace mlo::remote
