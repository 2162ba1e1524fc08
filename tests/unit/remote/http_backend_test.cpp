// The web backend against servers that misbehave; real ones are in tests/compat.
#include "remote/http_backend.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <chrono>
#include <thread>

#include "support/error_of.hpp"
#include "support/hasty_env.hpp"
#include "support/scripted_server.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using test::http_answer;
using test::ScriptedRequest;
using test::ScriptedServer;

namespace {

remote::RemoteConfig config_at(const std::string& url) {
  remote::RemoteConfig config;
  config.name = "web";
  config.url = url;
  config.scheme = remote::Scheme::http;
  return config;
}

}  // namespace

TEST_CASE("a server that ignores Range is read and cut") {
  ScriptedServer server([](const ScriptedRequest&) { return http_answer("200 OK", "0123456789"); });
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at(server.url() + "/base dir/"));
  CHECK(web.read_range("a", 3, 4) == "3456");
  CHECK(web.read_range("a", 9, 1) == "9");
  CHECK(test::message_of([&] { web.read_range("a", 9, 2); }).find("ends before byte 11") !=
        std::string::npos);
  CHECK(server.requests()[0].starts_with("GET /base%20dir/a HTTP/1.1"));
  CHECK(server.requests()[0].has("Range: bytes=3-6\r\n"));
}

TEST_CASE("another range than asked for is refused") {
  std::string range = "bytes 0-3/10";
  ScriptedServer server([&](const ScriptedRequest&) {
    return http_answer("206 Partial Content", "0123", "Content-Range: " + range + "\r\n");
  });
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at(server.url()));
  CHECK(web.read_range("a", 0, 4) == "0123");
  CHECK(test::message_of([&] { web.read_range("a", 2, 4); }).find("another range") !=
        std::string::npos);
  CHECK(test::message_of([&] { web.read_range("a", 0, 3); }).find("another range") !=
        std::string::npos);
  CHECK(test::message_of([&] { web.read_range("a", 0, 5); }).find("ends before") !=
        std::string::npos);
}

TEST_CASE("cut answers and busy servers are asked again") {
  std::atomic<int> count = 0;
  std::vector<std::string> first = {
      "",                               // cut before the answer
      "HTTP/1.1 20",                    // in the status line
      "HTTP/1.1 200 OK\r\nContent-Le",  // in the headers
      "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 6\r\n\r\nwho",  // in the body
      "HTTP/1.1 200 OK\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nwho\r\n",
      http_answer("503 Busy", "", "Retry-After: 1\r\n")};
  ScriptedServer server([&](const ScriptedRequest&) {
    size_t i = static_cast<size_t>(count++);
    if (i >= first.size()) return http_answer("200 OK", "whole.");
    // The scripted server closes what does not say HTTP/1.1.
    std::string bytes = first[i];
    if (bytes.starts_with("HTTP/1.1 20") && bytes.find("close") == std::string::npos) {
      bytes.replace(0, 8, "HTTP/1.0");
    }
    return bytes;
  });
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at(server.url()));
  CHECK(web.read("a", 100) == "whole.");
  CHECK(server.requests().size() == first.size() + 1);
}

TEST_CASE("what stays wrong is an error in words, and nothing is asked for ever") {
  std::string answer;
  ScriptedServer server([&](const ScriptedRequest&) { return answer; });
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at(server.url()));
  answer = "HTTP/1.0 200 OK\r\n\r\nperhaps cut";
  CHECK(test::message_of([&] { web.read("a", 99); }).find("how long") != std::string::npos);
  CHECK(server.requests().size() == 1);
  answer = http_answer("500 Broken", "");
  CHECK(test::message_of([&] { web.read("a", 9); }) ==
        "cannot read '" + server.url() + "/a': the server answered with status 500");
  CHECK(server.requests().size() == 8);
  answer = http_answer("403 Forbidden", "");
  CHECK(test::error_of([&] { web.read("a", 9); }).hint().find(".netrc") != std::string::npos);
  answer = http_answer("404 Not Found", "");
  CHECK_FALSE(web.read("a", 9));
  CHECK_FALSE(web.stat("a"));
  answer = "SSH-2.0-OpenSSH\r\n";
  CHECK(test::error_of([&] { web.read("a", 9); }).code() == Exit::failure);
  answer = http_answer("302 Found", "", "Location: ftp://127.0.0.1/x\r\n");
  CHECK(test::error_of([&] { web.read("a", 9); }).code() == Exit::failure);
  answer = http_answer("302 Found", "", "Location: file:///etc/passwd\r\n");
  CHECK(test::error_of([&] { web.read("a", 9000); }).code() == Exit::failure);
  answer = http_answer("302 Found", "", "Location: /again\r\n");
  CHECK(test::error_of([&] { web.read("a", 9); }).code() == Exit::failure);
  answer = http_answer("200 OK", std::string(100000, 'x'));
  CHECK(test::message_of([&] { web.read("a", 99999); }).find("100000 bytes") != std::string::npos);
  CHECK(web.read("a", 100000)->size() == 100000);
}

TEST_CASE("a server that is not there") {
  std::string url;
  {
    ScriptedServer gone([](const ScriptedRequest&) { return ""; });
    url = gone.url();
  }
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at(url + "/x"));
  Error error = test::error_of([&] { web.stat("a"); });
  CHECK(error.message() == "cannot read '" + url + "/x/a': Couldn't connect to server");
}

TEST_CASE("it is read-only, and says what to do instead") {
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at("https://host/x"));
  CHECK_FALSE(web.traits().writable);
  CHECK_FALSE(web.traits().lists);
  CHECK_THROWS_AS(web.put("a", "x", remote::Put::create), Error);
  CHECK_THROWS_AS(web.remove("a"), Error);
  CHECK_THROWS_AS(web.list("a/", [](const remote::RemoteFile&) {}), Error);
}

TEST_CASE("cancelling ends a transfer that hangs") {
  std::atomic<bool> stop = false;
  ScriptedServer server([&](const ScriptedRequest&) {
    while (!stop) std::this_thread::sleep_for(std::chrono::milliseconds(10));
    return std::string();
  });
  test::HastyEnv env;
  remote::HttpBackend web(env.env, config_at(server.url()));
  std::thread signal([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    env.base.cancelled = true;
  });
  auto start = std::chrono::steady_clock::now();
  CHECK(test::error_of([&] { web.read("a", 9); }).code() == Exit::interrupted);
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  stop = true;
  signal.join();
}
