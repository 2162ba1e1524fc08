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

TEST_CASE("a server that sends less than the rest is asked again") {
  const std::string etag = "ETag: \"v1\"\r\n";
  std::atomic<int> count = 0;
  Fixture fixture([&](const ScriptedRequest& request) {
    switch (count++) {
      case 0:
        return cut("0123456789", 4, etag);
      case 1:
        return http_answer("206 Partial Content", "45", etag + "Content-Range: bytes 4-5/10\r\n");
      case 2:  // says more than it sends
        CHECK(request.has("range: bytes=6-\r\n"));
        return http_answer("206 Partial Content", "67", etag + "Content-Range: bytes 6-9/10\r\n");
      default:
        CHECK(request.has("range: bytes=8-\r\n"));
        return http_answer("206 Partial Content", "89", etag + "Content-Range: bytes 8-9/10\r\n");
    }
  });
  CHECK(fixture.get()->size == 10);
  CHECK(fixture.text() == "0123456789");
}

TEST_CASE("a server that never sends the rest is given up, and nothing stays") {
  const std::string etag = "ETag: \"v1\"\r\n";
  std::atomic<int> count = 0;
  Fixture fixture([&](const ScriptedRequest&) {
    return count++ == 0
               ? cut("0123456789", 4, etag)
               : http_answer("206 Partial Content", "", etag + "Content-Range: bytes 4-9/10\r\n");
  });
  CHECK(test::message_of([&] { fixture.get(); }).find("not send all") != std::string::npos);
  CHECK_FALSE(exists(fixture.dir / "got"));
}

TEST_CASE("a download goes on as long as every connection brings something") {
  const std::string text(40, 'x');
  std::atomic<size_t> sent = 0;
  Fixture fixture([&](const ScriptedRequest&) {
    const size_t at = sent;
    sent = at + 1;
    if (at == 0) return cut(text, 1, "ETag: \"v1\"\r\n");
    const std::string rest = text.substr(at);
    std::string answer = http_answer("206 Partial Content", rest,
                                     "ETag: \"v1\"\r\nConnection: close\r\nContent-Range: bytes " +
                                         std::to_string(at) + "-39/40\r\n");
    return answer.substr(0, answer.size() - rest.size() + 1);
  });
  CHECK(fixture.get()->size == 40);
  CHECK(fixture.text() == text);
  CHECK(fixture.server.requests().size() == 40);
}

TEST_CASE("all bytes came although the end of the answer did not") {
  std::atomic<int> count = 0;
  Fixture fixture([&](const ScriptedRequest&) {
    if (count++ > 0) {
      return http_answer("416 Range Not Satisfiable", "", "Content-Range: bytes */5\r\n");
    }
    return std::string(
        "HTTP/1.1 200 OK\r\nETag: \"v1\"\r\nConnection: close\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\nwhole\r\n");
  });
  CHECK(fixture.get()->size == 5);
  CHECK(fixture.text() == "whole");
}

TEST_CASE("an ETag that no pointer can hold is none") {
  const std::string etag =
      GENERATE("\"a\tb\"", "\"a\x1b[0m\"", "\"\xff\"", "\"" + std::string(5000, 'e') + "\"");
  Fixture fixture([&](const ScriptedRequest&) {
    return http_answer("200 OK", "one", "ETag: " + etag + "\r\n");
  });
  CHECK(fixture.get()->etag.empty());
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
                          "http://h/x#y", "s3://bucket/x?y", "http://-h/x", "http://h/\nx",
                          "http://h/x?\ny", "s3://bucket//", "http://h/x?#"}) {
    CAPTURE(url);
    CHECK(test::error_of([&] { remote::UrlFiles(env.env, url); }).code() == Exit::usage);
  }
  CHECK_FALSE(remote::is_file_url("ssh://h/x"));
  CHECK_FALSE(remote::is_file_url("/x"));
  CHECK(remote::file_name_of_url("https://h/a/b%20c.csv?x=/y") == "b c.csv");
  CHECK(remote::file_name_of_url("s3://b/a/b%20c?.csv") == "b%20c?.csv");
  CHECK(remote::file_name_of_url("s3://b/dir/") == "dir");
  CHECK(remote::file_name_of_url("S3://b/b%20c") == "b%20c");
  for (const char* url : {"http://h", "http://h/a%2f..%2fb", "http://h/%2e%2e", "http://h/.git",
                          "http://h/a%0ab", "http://h/%ff", "s3://b/a/..", "http://h/%00"}) {
    CAPTURE(url);
    CHECK(remote::file_name_of_url(url).find('/') == std::string::npos);
    CHECK_FALSE(remote::file_name_of_url(url) == "..");
  }
  CHECK(remote::file_name_of_url("http://h/a%2f..%2fb").empty());
  CHECK(remote::file_name_of_url("http://h/.git").empty());
}
