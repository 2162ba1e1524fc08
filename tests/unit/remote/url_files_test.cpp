// Files at URLs on servers that misbehave; real ones are in tests/compat.
#include "remote/url_files.hpp"

#include <atomic>
#include <catch2/catch.hpp>

#include "support/error_of.hpp"
#include "support/hasty_env.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using test::http_answer;
using test::ScriptedRequest;
using test::ScriptedServer;

namespace {

/// The answer, of which only `size` bytes of the body come before the connection is closed.
std::string cut(const std::string& body, size_t size, const std::string& headers) {
  std::string answer = http_answer("200 OK", body, headers + "Connection: close\r\n");
  return answer.substr(0, answer.size() - body.size() + size);
}

/// The one file of a server, downloaded as often as asked for.
struct Fixture {
  explicit Fixture(ScriptedServer::Answer answer) : server(std::move(answer)) {}
  std::optional<remote::UrlFiles::Version> get(const std::string& known = "") {
    remote::UrlFiles files(env.env, server.url() + "/a b.csv");
    return files.download("", known, dir / "got");
  }
  std::string text() const { return read_file(dir / "got"); }
  test::TempDir dir;
  test::HastyEnv env;
  ScriptedServer server;
};

}  // namespace

TEST_CASE("what is still of the known version is not downloaded") {
  Fixture fixture([](const ScriptedRequest& request) {
    return request.has("if-none-match: \"v1\"\r\n")
               ? http_answer("304 Not Modified", "", "ETag: \"v1\"\r\n")
               : http_answer("200 OK", "one", "ETag: \"v1\"\r\n");
  });
  CHECK_FALSE(fixture.get("\"v1\""));
  CHECK_FALSE(exists(fixture.dir / "got"));
  const auto version = fixture.get("\"v0\"");
  REQUIRE(version);
  CHECK(version->etag == "\"v1\"");
  CHECK(version->size == 3);
  CHECK(fixture.text() == "one");
  CHECK(fixture.server.requests()[0].starts_with("GET /a%20b.csv HTTP/1.1"));
}

TEST_CASE("a cut download goes on where it ended") {
  std::atomic<int> count = 0;
  Fixture fixture([&](const ScriptedRequest& request) {
    switch (count++) {
      case 0:
        return cut("0123456789", 4, "ETag: \"v1\"\r\n");
      case 1:
        return http_answer("503 Busy", "wait", "Retry-After: 1\r\n");
      default:
        CHECK(request.has("range: bytes=4-\r\n"));
        CHECK(request.has("if-match: \"v1\"\r\n"));
        return http_answer("206 Partial Content", "456789",
                           "ETag: \"v1\"\r\nContent-Range: bytes 4-9/10\r\n");
    }
  });
  CHECK(fixture.get()->size == 10);
  CHECK(fixture.text() == "0123456789");
}

TEST_CASE("a download without a strong version begins again after a cut") {
  const std::string headers = GENERATE("", "ETag: W/\"v1\"\r\n");
  std::atomic<int> count = 0;
  Fixture fixture([&](const ScriptedRequest& request) {
    CHECK_FALSE(request.has("range:"));
    return count++ == 0 ? cut("0123456789", 4, headers) : http_answer("200 OK", "other", headers);
  });
  CHECK(fixture.get()->size == 5);
  CHECK(fixture.text() == "other");
}

TEST_CASE("a server that answers a range with the whole file is taken at its word") {
  const std::string now = GENERATE("0123456789", "new", "");
  std::atomic<int> count = 0;
  Fixture fixture([&](const ScriptedRequest&) {
    return count++ == 0 ? cut("0123456789", 4, "ETag: \"v1\"\r\n")
                        : http_answer("200 OK", now, "ETag: \"v2\"\r\n");
  });
  const auto version = fixture.get();
  CHECK(version->etag == "\"v2\"");
  CHECK(version->size == now.size());
  CHECK(fixture.text() == now);
}

TEST_CASE("a file that changes while it is read is an error, and nothing stays") {
  const auto [second, expected] = GENERATE(table<std::string, std::string>(
      {{http_answer("412 Precondition Failed", ""), "changed while it was read"},
       {http_answer("206 Partial Content", "456789",
                    "ETag: \"v2\"\r\nContent-Range: bytes 4-9/10\r\n"),
        "another range"},
       {http_answer("206 Partial Content", "56789",
                    "ETag: \"v1\"\r\nContent-Range: bytes 5-9/10\r\n"),
        "another range"},
       {http_answer("404 Not Found", ""), "no such file"},
       {http_answer("304 Not Modified", ""), "status 304"}}));
  std::atomic<int> count = 0;
  Fixture fixture([&, second = second](const ScriptedRequest&) {
    return count++ == 0 ? cut("0123456789", 4, "ETag: \"v1\"\r\n") : second;
  });
  CHECK(test::message_of([&] { fixture.get(); }).find(expected) != std::string::npos);
  CHECK_FALSE(exists(fixture.dir / "got"));
}

TEST_CASE("what cannot be written ends the download") {
  Fixture fixture([](const ScriptedRequest&) { return http_answer("200 OK", "one"); });
  fixture.dir.write("got", "of somebody else");
  CHECK(test::error_of([&] { fixture.get(); }).system_code() == EEXIST);
  CHECK(fixture.text() == "of somebody else");
}

TEST_CASE("only URLs of files are taken, and names come from their paths") {
  test::HastyEnv env;
  for (const char* url : {"http://h", "http://h/", "s3://bucket", "http://u:p@h/x", "http://u@h/x",
                          "http://h/x#y", "s3://bucket/x?y", "http://-h/x", "http://h/\nx"}) {
    CAPTURE(url);
    CHECK(test::error_of([&] { remote::UrlFiles(env.env, url); }).code() == Exit::usage);
  }
  CHECK_FALSE(remote::is_file_url("ssh://h/x"));
  CHECK_FALSE(remote::is_file_url("/x"));
  CHECK(remote::file_name_of_url("https://h/a/b%20c.csv?x=/y") == "b c.csv");
  CHECK(remote::file_name_of_url("s3://b/a/b%20c?.csv") == "b%20c?.csv");
  CHECK(remote::file_name_of_url("s3://b/dir/") == "dir");
  CHECK(remote::file_name_of_url("http://h").empty());
}
