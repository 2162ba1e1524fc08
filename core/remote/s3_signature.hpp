// AWS Signature Version 4 of one request with a signed payload (AWS General Reference, "Signing AWS API
// requests"; S3 API Reference, "Authenticating Requests"). Pure: the golden values are Amazon's.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/env.hpp"

namespace mlo::remote {

struct S3Credentials {
  std::string access_key_id, secret_access_key, session_token;
};

using NameValues = std::vector<std::pair<std::string, std::string>>;

/// "20130524T000000Z".
std::string amz_date(Time time);
/// "a=1&b=%2F", sorted, as it is sent and signed.
std::string canonical_query(const NameValues& query);

struct SigningInput {
  std::string_view method;
  std::string_view path;   ///< percent-encoded, as sent
  std::string_view query;  ///< canonical_query
  /// All of them are signed: host, x-amz-date and x-amz-content-sha256 among them. Values trimmed.
  const NameValues& headers;
  std::string_view payload_sha256;  ///< hex
  std::string_view date;            ///< amz_date
  std::string_view region;
};
/// The value of the Authorization header.
std::string s3_authorization(const S3Credentials& credentials, const SigningInput& input);

}  // namespace mlo::remote
