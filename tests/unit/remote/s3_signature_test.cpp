// The examples of Amazon's S3 API Reference ("Signature Calculations for the Authorization Header").
#include "remote/s3_signature.hpp"

#include <catch2/catch.hpp>

#include "base/digest.hpp"

using namespace mlo;
using remote::NameValues;

namespace {

constexpr const char* kDate = "20130524T000000Z";

std::string signature(const std::string& method, const std::string& path, const NameValues& query,
                      NameValues headers, const std::string& payload = "") {
  std::string hash = sha256(payload).hex();
  headers.emplace_back("Host", "examplebucket.s3.amazonaws.com");
  headers.emplace_back("x-amz-content-sha256", hash);
  headers.emplace_back("x-amz-date", kDate);
  std::string text = remote::s3_authorization(
      {"AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", ""},
      {method, path, remote::canonical_query(query), headers, hash, kDate, "us-east-1"});
  CHECK(
      text.starts_with("AWS4-HMAC-SHA256 "
                       "Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"));
  return text.substr(text.rfind('=') + 1);
}

}  // namespace

TEST_CASE("signatures are Amazon's") {
  CHECK(signature("GET", "/test.txt", {}, {{"Range", "bytes=0-9"}}) ==
        "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41");
  CHECK(signature("PUT", "/test%24file.text", {},
                  {{"Date", "Fri, 24 May 2013 00:00:00 GMT"},
                   {"x-amz-storage-class", "REDUCED_REDUNDANCY"}},
                  "Welcome to Amazon S3.") ==
        "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd");
  CHECK(signature("GET", "/", {{"lifecycle", ""}}, {}) ==
        "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543");
  CHECK(signature("GET", "/", {{"prefix", "J"}, {"max-keys", "2"}}, {}) ==
        "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7");
}

TEST_CASE("dates and queries as they are signed") {
  CHECK(remote::amz_date(1369353600000000000) == "20130524T000000Z");
  CHECK(remote::canonical_query({{"b", "x y/+"}, {"a", ""}, {"a-b", "ü"}}) ==
        "a=&a-b=%C3%BC&b=x%20y%2F%2B");
  CHECK(remote::canonical_query({}).empty());
}
