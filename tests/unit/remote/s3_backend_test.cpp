// The S3 backend against a server whose answers a test scripts; real ones are in tests/compat.
#include "remote/s3_backend.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <map>
#include <mutex>

#include "base/md5.hpp"
#include "support/error_of.hpp"
#include "support/hasty_env.hpp"
#include "support/scripted_server.hpp"

using namespace mlo;
using remote::Put;
using test::http_answer;
using test::ScriptedRequest;
using test::ScriptedServer;

namespace {

constexpr const char* kSecret = "hunter2secret";

remote::RemoteConfig config_at(const ScriptedServer& server) {
  remote::RemoteConfig config;
  config.name = "origin";
  config.url = "s3://bucket/p";
  config.scheme = remote::Scheme::s3;
  config.endpoint = server.url();
  config.access_key_id = "AKTEST";
  config.secret_access_key = kSecret;
  config.session_token = "hunter2token";
  return config;
}

std::string error_answer(const std::string& status, const std::string& code,
                         const std::string& more = "", const std::string& headers = "") {
  return http_answer(status,
                     "<?xml version='1.0'?><Error><Code>" + code + "</Code><Message>" + code +
                         " it is, AKTEST" + "</Message>" + more + "</Error>",
                     headers);
}

std::string etag_of(std::string_view body) { return "ETag: \"" + md5(body).hex() + "\"\r\n"; }

/// A server of one object, "a".
struct OneObject {
  std::mutex mutex;
  std::optional<std::string> object;
  std::string operator()(const ScriptedRequest& request) {
    std::lock_guard hold(mutex);
    if (request.starts_with("PUT")) {
      if (object && request.has("if-none-match: *")) return http_answer("412 No", "");
      object = request.body;
      return http_answer("200 OK", "", etag_of(request.body));
    }
    if (request.starts_with("DELETE")) object.reset();
    if (request.starts_with("DELETE")) return http_answer("204 No Content", "");
    if (!object) return http_answer("404 Not Found", "");
    if (request.starts_with("HEAD")) {
      return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(object->size()) + "\r\n\r\n";
    }
    return http_answer("200 OK", *object);
  }
};

}  // namespace

TEST_CASE("requests are signed, and looked for where the prefix says") {
  OneObject one;
  ScriptedServer server([&](const ScriptedRequest& request) { return one(request); });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  CHECK(s3.put("packs/a b+c", "bytes", Put::create));
  CHECK(s3.read("packs/a b+c", 9) == "bytes");
  CHECK_FALSE(s3.put("packs/a b+c", "other", Put::create));
  CHECK(s3.remove("packs/a b+c"));
  CHECK_FALSE(s3.remove("packs/a b+c"));
  auto requests = server.requests();
  CHECK(requests[0].starts_with("HEAD /bucket/p/packs/a%20b%2Bc HTTP/1.1\r\n"));
  CHECK(requests[1].starts_with("PUT /bucket/p/packs/a%20b%2Bc HTTP/1.1\r\n"));
  CHECK(requests[1].has("Authorization: AWS4-HMAC-SHA256 Credential=AKTEST/"));
  CHECK(requests[1].has("x-amz-content-sha256: " + sha256("bytes").hex()));
  CHECK(requests[1].has("x-amz-security-token: hunter2token"));
  CHECK(
      requests[1].has("SignedHeaders=content-type;host;if-none-match;x-amz-content-sha256;"
                      "x-amz-date;x-amz-security-token,"));
  for (const ScriptedRequest& request : requests) CHECK_FALSE(request.has(kSecret));
}

TEST_CASE("a server known to honour conditions decides alone") {
  OneObject one;
  ScriptedServer server([&](const ScriptedRequest& request) { return one(request); });
  test::HastyEnv env;
  remote::RemoteConfig config = config_at(server);
  config.conditional_put = true;
  remote::S3Backend s3(env.env, config);
  CHECK(s3.traits().atomic_create);
  CHECK(s3.put("a", "1", Put::create));
  CHECK_FALSE(s3.put("a", "2", Put::create));
  CHECK(server.requests().size() == 2);
  config.conditional_put = false;
  remote::S3Backend careful(env.env, config);
  CHECK_FALSE(careful.traits().atomic_create);
  CHECK_FALSE(careful.put("a", "2", Put::create));
  CHECK_FALSE(server.requests().back().has("if-none-match"));
}

TEST_CASE("a create whose answer was lost is still ours") {
  OneObject one;
  std::atomic<int> lost = 1;
  ScriptedServer server([&](const ScriptedRequest& request) {
    std::string answer = one(request);
    return request.starts_with("PUT") && lost-- > 0 ? std::string() : answer;
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  CHECK(s3.put("a", "mine", Put::create));
  CHECK(one.object == "mine");
  one.object = "theirs";
  lost = 1;
  CHECK_FALSE(s3.put("a", "mine", Put::create));
}

TEST_CASE("what arrives damaged is sent again, and never left") {
  OneObject one;
  std::atomic<int> damaged = 2;
  ScriptedServer server([&](const ScriptedRequest& request) {
    ScriptedRequest changed = request;
    if (request.starts_with("PUT") && damaged-- > 0) changed.body[0] ^= 1;
    return one(changed);
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  CHECK(s3.put("a", "bytes", Put::create));
  CHECK(one.object == "bytes");
  damaged = 100;
  Error error = test::error_of([&] { s3.put("a", "bytes", Put::replace); });
  CHECK(error.message().find("damaged") != std::string::npos);
  CHECK_FALSE(one.object);
}

TEST_CASE("an ETag that is no MD5 is settled by reading back") {
  OneObject one;
  ScriptedServer server([&](const ScriptedRequest& request) {
    std::string answer = one(request);
    size_t at = answer.find("ETag: \"");
    return at == std::string::npos ? answer : answer.replace(at + 7, 2, "zz");
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  CHECK(s3.put("a", "bytes", Put::create));
}

TEST_CASE("a server without If-None-Match") {
  OneObject one;
  ScriptedServer server([&](const ScriptedRequest& request) {
    if (request.has("if-none-match")) return error_answer("501 Not Implemented", "NotImplemented");
    return one(request);
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  CHECK(s3.put("a", "1", Put::create));
  CHECK_FALSE(s3.put("a", "2", Put::create));
  CHECK_FALSE(s3.refuses_second_create("a"));
  CHECK_FALSE(s3.traits().atomic_create);
}

TEST_CASE("errors of S3 in words, with what to do, and without secrets") {
  std::string answer;
  ScriptedServer server([&](const ScriptedRequest&) { return answer; });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  struct Case {
    std::string answer, message, hint;
  };
  for (const Case& one : std::vector<Case>{
           {error_answer("403 Forbidden", "AccessDenied"), "AccessDenied", "may not do that"},
           {error_answer("403 Forbidden", "SignatureDoesNotMatch"), "SignatureDoes", "secret"},
           {error_answer("403 F", "RequestTimeTooSkewed", "",
                         "Date: Fri, 24 May 2013 00:00:00 GMT\r\n"),
            "Skewed", "fast"},
           {error_answer("404 Not Found", "NoSuchBucket"), "NoSuchBucket", "make the bucket"},
           {error_answer("301 Moved", "PermanentRedirect", "",
                         "x-amz-bucket-region: eu-west-3\r\n"),
            "PermanentRedirect", "region: eu-west-3"},
           {error_answer("400 Bad", "AuthorizationHeaderMalformed", "<Region>eu-west-3</Region>"),
            "Malformed", "region: eu-west-3"},
           {error_answer("503 Slow", "SlowDown"), "SlowDown", ""},
           {http_answer("418 Odd", "<html>"), "(status 418)", ""}}) {
    INFO(one.message);
    answer = one.answer;
    Error error = test::error_of([&] { s3.read("a", 9); });
    CHECK(error.message().starts_with("cannot read 's3://bucket/p/a': "));
    CHECK(error.message().find(one.message) != std::string::npos);
    CHECK(error.hint().find(one.hint) != std::string::npos);
    CHECK((error.message() + error.hint()).find("AKTEST") == std::string::npos);
    CHECK((error.message() + error.hint()).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("400 and 409 that will pass are asked again") {
  std::atomic<int> count = 0;
  ScriptedServer server([&](const ScriptedRequest&) {
    switch (count++) {
      case 0:
        return error_answer("400 Bad", "RequestTimeout");
      case 1:
        return error_answer("409 Conflict", "OperationAborted");
      case 2:
        return error_answer("500 Oh", "InternalError");
      default:
        return http_answer("200 OK", "x");
    }
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  CHECK(s3.read("a", 9) == "x");
  CHECK(count == 4);
}

TEST_CASE("lists go on page by page, and only below the prefix") {
  auto page = [](const std::string& keys, const std::string& next) {
    return http_answer("200 OK", "<ListBucketResult>" + keys +
                                     (next.empty() ? ""
                                                   : "<IsTruncated>true</IsTruncated>"
                                                     "<NextContinuationToken>" +
                                                         next + "</NextContinuationToken>") +
                                     "</ListBucketResult>");
  };
  auto key = [](const std::string& name) {
    return "<Contents><Key>" + name + "</Key><Size>1</Size></Contents>";
  };
  std::atomic<int> mode = 0;
  ScriptedServer server([&](const ScriptedRequest& request) {
    if (mode == 1) return page(key("p/x/a"), "same");
    if (mode == 2) return page(key("q/x/a"), "");
    if (request.has("continuation-token=t%2F1&")) return page(key("p/x/c"), "");
    return page(key("p/x/a") + key("p/x/.tmp/b") + key("p/x/"), "t/1");
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  std::string names;
  auto visit = [&](const remote::RemoteFile& file) { names += file.name + " "; };
  s3.list("x/", visit);
  CHECK(names == "x/a x/c ");
  CHECK(server.requests()[0].starts_with(
            "GET /bucket/p?encoding-type=url&list-type=2&max-keys=1000&prefix=p%2Fx%2F HTTP") ==
        false);
  CHECK(server.requests()[0].starts_with(
      "GET /bucket?encoding-type=url&list-type=2&max-keys=1000&prefix=p%2Fx%2F HTTP"));
  mode = 1;
  CHECK_THROWS_AS(s3.list("x/", visit), Error);
  mode = 2;
  CHECK_THROWS_AS(s3.list("x/", visit), Error);
}

TEST_CASE("uploads in parts: each retried, the whole verified, nothing left after a failure") {
  std::mutex mutex;
  std::map<int, std::string> parts;
  std::optional<std::string> object;
  std::atomic<int> fail_part = 2, aborted = 0;
  std::atomic<bool> lose_completion = true, broken = false;
  ScriptedServer server([&](const ScriptedRequest& request) {
    std::lock_guard hold(mutex);
    if (request.has("?uploads=")) {
      return http_answer("200 OK", "<R><UploadId>u/1</UploadId></R>");
    }
    if (request.starts_with("DELETE")) {
      ++aborted;
      return http_answer("204 No Content", "");
    }
    if (request.starts_with("PUT")) {
      CHECK(request.has("uploadId=u%2F1 "));
      int number = std::stoi(request.head.substr(request.head.find("partNumber=") + 11));
      if (number == 2 && broken) return http_answer("403 Forbidden", "");
      if (number == 2 && fail_part-- > 0) return std::string();
      parts[number] = request.body;
      return http_answer("200 OK", "", etag_of(request.body));
    }
    if (request.starts_with("POST")) {
      if (!lose_completion.exchange(false)) return error_answer("404 Not Found", "NoSuchUpload");
      object = parts[1] + parts[2] + parts[3];
      return std::string();
    }
    if (!object) return http_answer("404 Not Found", "");
    if (request.starts_with("HEAD")) {
      return "HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(object->size()) + "\r\n\r\n";
    }
    return http_answer("200 OK", *object);
  });
  test::HastyEnv env;
  remote::S3Backend s3(env.env, config_at(server));
  std::string bytes((17 << 20) + 5, 'x');
  for (size_t i = 0; i < bytes.size(); i += 1000) bytes[i] = static_cast<char>(i / 1000);
  CHECK(s3.put("large", bytes, Put::create));
  CHECK(object == bytes);
  CHECK(aborted == 0);
  object.reset();
  broken = true;
  CHECK_THROWS_AS(s3.put("large", bytes, Put::create), Error);
  CHECK(aborted == 1);
  CHECK_FALSE(object);
}
