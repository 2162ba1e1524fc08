#include "remote/s3_signature.hpp"

#include <algorithm>

#include "base/ciphers.hpp"
#include "base/digest.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

using Key = std::array<uint8_t, 32>;

Key derived(std::span<const uint8_t> key, std::string_view message) {
  return hmac_sha256(key, message);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  return text;
}

}  // namespace

std::string amz_date(Time time) {
  std::string text = format_time(time);  // 2013-05-24T00:00:00.000Z
  std::string date;
  for (char c : text.substr(0, 19)) {
    if (c != '-' && c != ':') date += c;
  }
  return date + "Z";
}

std::string canonical_query(const NameValues& query) {
  NameValues encoded;
  for (const auto& [name, value] : query) {
    encoded.emplace_back(percent_encoded(name), percent_encoded(value));
  }
  std::ranges::sort(encoded);
  std::string text;
  for (const auto& [name, value] : encoded) {
    text += (text.empty() ? "" : "&") + name + "=" + value;
  }
  return text;
}

std::string s3_authorization(const S3Credentials& credentials, const SigningInput& input) {
  NameValues headers;
  for (const auto& [name, value] : input.headers) headers.emplace_back(lower(name), value);
  std::ranges::sort(headers);
  std::string lines, names;
  for (const auto& [name, value] : headers) {
    lines += name + ":" + value + "\n";
    names += (names.empty() ? "" : ";") + name;
  }
  std::string request = std::string(input.method) + "\n" + std::string(input.path) + "\n" +
                        std::string(input.query) + "\n" + lines + "\n" + names + "\n" +
                        std::string(input.payload_sha256);
  std::string day(input.date.substr(0, 8)), region(input.region);
  std::string scope = day + "/" + region + "/s3/aws4_request";
  std::string to_sign =
      "AWS4-HMAC-SHA256\n" + std::string(input.date) + "\n" + scope + "\n" + sha256(request).hex();
  std::string secret = "AWS4" + credentials.secret_access_key;
  Key key = derived({reinterpret_cast<const uint8_t*>(secret.data()), secret.size()}, day);
  for (std::string_view part :
       {std::string_view(region), std::string_view("s3"), std::string_view("aws4_request")}) {
    key = derived(key, part);
  }
  return "AWS4-HMAC-SHA256 Credential=" + credentials.access_key_id + "/" + scope +
         ",SignedHeaders=" + names + ",Signature=" + to_hex(derived(key, to_sign));
}

}  // namespace mlo::remote
