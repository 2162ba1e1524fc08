#include "remote/s3_client.hpp"

#include <algorithm>
#include <array>

#include "base/digest.hpp"
#include "base/files.hpp"
#include "base/text.hpp"
#include "remote/curl_library.hpp"
#include "remote/retry.hpp"
#include "remote/url.hpp"
#include "remote/xml.hpp"

namespace mlo::remote {
namespace {

// A page has at most 1,000 keys of at most 1,024 bytes, encoded.
constexpr size_t kPageBytes = 8 << 20;

struct S3Error {
  std::string code, message, region;
};

/// All empty when the body is none: proxies answer with HTML.
S3Error error_of(const HttpAnswer& answer) {
  try {
    XmlElement root = parse_xml(answer.body, "answer");
    if (root.name != "Error") return {};
    return {std::string(root.text_of("Code")), std::string(root.text_of("Message")),
            std::string(root.text_of("Region"))};
  } catch (const Error&) {
    return {};
  }
}

bool is_passing(const HttpAnswer& answer) {
  if (is_passing_status(answer.status)) return true;
  if (answer.status != 400 && answer.status != 409) return false;
  static constexpr std::array<std::string_view, 4> kPassing = {
      "RequestTimeout", "SlowDown", "OperationAborted", "ConditionalRequestConflict"};
  std::string code = s3_error_code(answer);
  return std::ranges::find(kPassing, code) != kPassing.end();
}

void replace_all(std::string& text, const std::string& secret) {
  if (secret.empty()) return;
  for (size_t at; (at = text.find(secret)) != std::string::npos;) {
    text.replace(at, secret.size(), "***");
  }
}

}  // namespace

std::string s3_error_code(const HttpAnswer& answer) { return error_of(answer).code; }

bool is_missing_object(const HttpAnswer& answer) {
  return answer.status == 404 && s3_error_code(answer) != "NoSuchBucket";
}

S3Client::S3Client(Env& env, const RemoteConfig& config)
    : env_(env),
      configured_(!config.name.empty()),
      settings_(s3_settings(env.variables, config)),
      client_(env, expand_home(env.variables, config.ca_file)) {}

HttpRequest S3Client::signed_request(const S3Request& request,
                                     const std::string& payload_sha256) const {
  std::string path = settings_.base_path;
  if (request.key) path += "/" + percent_encoded(*request.key, "/");
  if (path.empty()) path = "/";
  std::string query = canonical_query(request.query);
  HttpRequest http;
  http.method = request.method;
  http.url = (settings_.secure ? "https://" : "http://") + settings_.host + path +
             (query.empty() ? "" : "?" + query);
  http.headers = request.headers;
  http.body = request.body;
  http.limit = request.limit;
  http.sink = request.sink;
  http.despite_cancel = request.despite_cancel;
  http.headers.emplace_back("host", settings_.host);
  if (settings_.credentials) {
    std::string date = amz_date(env_.clock.now());
    http.headers.emplace_back("x-amz-date", date);
    http.headers.emplace_back("x-amz-content-sha256", payload_sha256);
    if (!settings_.credentials->session_token.empty()) {
      http.headers.emplace_back("x-amz-security-token", settings_.credentials->session_token);
    }
    http.headers.emplace_back(
        "Authorization",
        s3_authorization(*settings_.credentials, {request.method, path, query, http.headers,
                                                  payload_sha256, date, settings_.region}));
  }
  if (request.range) ask_range(http, request.range->offset, request.range->size);
  return http;
}

Exchange S3Client::send(const S3Request& request, const std::string& what) {
  std::string payload = sha256(request.body).hex();
  return exchange(
      env_, client_, what, [&] { return signed_request(request, payload); }, is_passing);
}

Exchange S3Client::send(const std::function<S3Request()>& make, const std::string& what) {
  auto make_signed = [&] {
    const S3Request request = make();
    return signed_request(request, sha256(request.body).hex());
  };
  return exchange(env_, client_, what, make_signed, is_passing);
}

void S3Client::list(const std::string& prefix, const std::function<void(S3Page::Object&&)>& visit,
                    const std::string& what) {
  std::string token;
  for (;;) {
    S3Request request{.query = {{"list-type", "2"},
                                {"prefix", prefix},
                                {"max-keys", "1000"},
                                {"encoding-type", "url"}},
                      .limit = kPageBytes};
    if (!token.empty()) request.query.emplace_back("continuation-token", token);
    HttpAnswer answer = send(request, what).answer;
    if (answer.status != 200) throw refused(answer, what);
    if (answer.over_limit) throw failure(what + ": the answer is too large");
    S3Page page = parse_s3_page(answer.body, what);
    for (S3Page::Object& object : page.objects) {
      if (!object.key.starts_with(prefix)) {
        throw failure(what + ": the server lists " + quoted_start(object.key) + " with it");
      }
      visit(std::move(object));
    }
    if (page.next.empty()) return;
    if (page.next == token) throw failure(what + ": the server repeats a page");
    token = page.next;
  }
}

std::string S3Client::without_secrets(std::string text) const {
  if (settings_.credentials) {
    replace_all(text, settings_.credentials->secret_access_key);
    replace_all(text, settings_.credentials->session_token);
    replace_all(text, settings_.credentials->access_key_id);
  }
  return text;
}

std::string S3Client::hint_for(const HttpAnswer& answer, std::string_view code) const {
  const std::string region_of = configured_ ? "'region'" : "AWS_REGION";
  const std::string endpoint_of = configured_ ? "'endpoint'" : "AWS_ENDPOINT_URL";
  if (code == "NoSuchBucket") {
    return (configured_ ? "make the bucket first, or set " : "set ") + region_of + " and " +
           endpoint_of + " of where it is";
  }
  std::string region(answer.header("x-amz-bucket-region"));
  if (region.empty()) region = error_of(answer).region;
  if (!region.empty() && region != settings_.region) {
    return "the bucket is in another region: set " + (configured_
                                                          ? "'region: " + printable(region) + "'"
                                                          : "AWS_REGION=" + printable(region));
  }
  if (answer.status == 301 || answer.status == 307) {
    return "the bucket is in another region: set " + region_of + " and, outside of AWS, " +
           endpoint_of;
  }
  if (code == "RequestTimeTooSkewed") {
    int64_t theirs = curl_library().getdate(std::string(answer.header("date")).c_str(), nullptr);
    int64_t off = theirs < 0 ? 0 : env_.clock.now() / kSecond - theirs;
    std::string how = off == 0
                          ? "wrong"
                          : human_duration(std::abs(off) * kSecond) + (off > 0 ? " fast" : " slow");
    return "the clock of this machine is " + how + ": set it (timedatectl set-ntp true)";
  }
  if (answer.status == 403 || answer.status == 401) {
    if (!settings_.credentials) {
      return std::string(
                 "no credentials were found: set AWS_ACCESS_KEY_ID and "
                 "AWS_SECRET_ACCESS_KEY, or ") +
             (configured_ ? "'profile', or the keys in .mlo/config.yaml" : "AWS_PROFILE");
    }
    if (code == "SignatureDoesNotMatch" || code == "InvalidAccessKeyId") {
      return "the access key or its secret is wrong, or of another endpoint";
    }
    std::string wrong = code.empty() ? "the access key or its secret is wrong, or may not do that"
                                     : "these credentials may not do that";
    return wrong + "; without s3:ListBucket a missing file looks the same";
  }
  return "";
}

Error S3Client::refused(const HttpAnswer& answer, const std::string& what) const {
  S3Error error = error_of(answer);
  std::string reason = error.code;
  if (!error.message.empty()) reason += (reason.empty() ? "" : ": ") + error.message;
  reason = without_secrets(reason).substr(0, 300);
  std::string text = what + ": " + (reason.empty() ? "" : printable(reason) + " ") + "(status " +
                     std::to_string(answer.status) + ")";
  return failure(text, hint_for(answer, error.code));
}

}  // namespace mlo::remote
