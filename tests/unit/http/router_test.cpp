#include "http/router.hpp"

#include <catch2/catch.hpp>

#include "http/gate.hpp"

using namespace mlo;

namespace {

http::Response text(std::string body) {
  http::Response response;
  response.body = std::move(body);
  return response;
}

http::Response ask(const http::Router& router, std::string_view method, std::string_view path) {
  http::Request request;
  request.method = method;
  request.path = path;
  return router(request);
}

http::Router sample() {
  http::Router router;
  router.add("GET", "/v2", [](const http::Request&) { return text("root"); });
  router.add("GET", "/v2/models/{name}",
             [](const http::Request& request) { return text("model " + request.parameters[0]); });
  router.add("POST", "/v2/models/{name}/versions/{version}/infer",
             [](const http::Request& request) {
               return text(request.parameters[0] + "/" + request.parameters[1]);
             });
  return router;
}

}  // namespace

TEST_CASE("paths find their route") {
  const auto router = sample();
  CHECK(ask(router, "GET", "/v2").body == "root");
  CHECK(ask(router, "GET", "/v2/").body == "root");
  CHECK(ask(router, "HEAD", "/v2").status == 200);
  CHECK(ask(router, "GET", "/v2/models/my%20model%2Fx").body == "model my model/x");
  CHECK(ask(router, "POST", "/v2/models/a/versions/3/infer").body == "a/3");
}

TEST_CASE("unknown paths and methods are told apart") {
  const auto router = sample();
  for (const char* path : {"", "/", "/v3", "/v2/models", "/v2/models//", "/v2/models/a/b", "v2"}) {
    INFO(path);
    const auto response = ask(router, "GET", path);
    CHECK(response.status == 404);
    CHECK(response.body == R"({"error":"Not Found"})");
  }
  const auto response = ask(router, "DELETE", "/v2/models/a");
  CHECK(response.status == 405);
  CHECK(response.body == R"({"error":"Method Not Allowed"})");
  REQUIRE(response.headers.size() == 1);
  CHECK(response.headers[0].second == "GET, HEAD");
}

TEST_CASE("malformed escapes stay as they are") {
  CHECK(http::percent_decoded("a%2") == "a%2");
  CHECK(http::percent_decoded("%zz%41%") == "%zzA%");
}

TEST_CASE("a segment is encoded so that it comes back") {
  CHECK(http::percent_encoded("my model/x") == "my%20model%2Fx");
  CHECK(http::percent_encoded("a-Z.0_~") == "a-Z.0_~");
  CHECK(http::percent_decoded(http::percent_encoded("\xc3\xbc%?#")) == "\xc3\xbc%?#");
}

TEST_CASE("the gate lets local programs pass and web pages not") {
  for (const char* host : {"localhost", "LocalHost:8080", "127.0.0.1:1", "127.9.9.9", "[::1]:80"}) {
    INFO(host);
    CHECK_FALSE(http::refusal_of_gate(host, ""));
    CHECK_FALSE(http::refusal_of_gate(host, "http://localhost:3000"));
  }
  for (const char* host : {"evil.example", "localhost.evil.example", "127.0.0.1.evil.example:80",
                           "10.0.0.1", "[::2]", "[::1]x", "[::1"}) {
    INFO(host);
    CHECK(http::refusal_of_gate(host, ""));
  }
  for (const char* origin : {"null", "https://evil.example", "http://localhost.evil.example"}) {
    INFO(origin);
    CHECK(http::refusal_of_gate("localhost", origin));
  }
}
