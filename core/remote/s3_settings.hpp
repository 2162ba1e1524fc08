// Where an S3 remote is and who asks: the remote's own options, then the variables and files that Amazon's
// tools read. In this order: .mlo/config.yaml; AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and
// AWS_SESSION_TOKEN (unless the remote names a profile); the profile (the remote's, AWS_PROFILE, "default") of
// AWS_SHARED_CREDENTIALS_FILE (~/.aws/credentials) and AWS_CONFIG_FILE (~/.aws/config). Nothing is run and no
// metadata service asked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "remote/config.hpp"
#include "remote/s3_signature.hpp"

namespace mlo::remote {

struct S3Settings {
  std::string bucket;
  std::string prefix;  ///< "" or "some/prefix/"
  bool secure = true;
  std::string host;       ///< with the port where it is not the scheme's own
  std::string base_path;  ///< percent-encoded, without a slash at the end; "/bucket" in path style
  std::string region;
  std::optional<S3Credentials> credentials;  ///< absent: requests are not signed
};

S3Settings s3_settings(const Variables& variables, const RemoteConfig& config);

using IniSections = std::map<std::string, std::map<std::string, std::string>>;
/// Amazon's dialect: [section], key = value, whole-line comments; indented lines belong to a nested setting
/// and are skipped. Never throws: what it does not understand it skips, as these files are other tools'.
IniSections parse_ini(std::string_view text);

}  // namespace mlo::remote
