#include "http/server.hpp"

#include <dirent.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <random>
#include <thread>

#include "base/error.hpp"
#include "http/client.hpp"
#include "support/raw_client.hpp"

using namespace mlo;
using namespace std::chrono_literals;
using mlo::test::RawClient;

namespace {

http::Response echo(const http::Request& request) {
  if (request.path == "/usage") throw usage("bad input");
  if (request.path == "/broken") throw std::runtime_error("boom");
  if (request.path == "/slow") std::this_thread::sleep_for(300ms);
  http::Response response;
  response.content_type = "text/plain";
  response.body = std::string(request.method) + " " + std::string(request.path) + " " +
                  std::string(request.body.substr(0, 32)) + " " +
                  std::to_string(request.body.size());
  return response;
}

struct Fixture {
  explicit Fixture(http::Limits limits = {}, unsigned threads = 2)
      : listener(http::Listener::bind("127.0.0.1", 0)),
        server(listener, options(limits, threads), echo) {}
  http::ServerOptions options(http::Limits limits, unsigned threads) {
    http::ServerOptions out;
    out.threads = threads;
    out.limits = limits;
    out.refused = [this](int status) { refused = status; };
    return out;
  }
  std::atomic<int> refused{0};
  http::Listener listener;
  http::Server server;
  uint16_t port() const { return listener.port(); }
};

size_t open_descriptors() {
  DIR* directory = ::opendir("/proc/self/fd");
  size_t count = 0;
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

constexpr std::string_view kGet = "GET /a HTTP/1.1\r\nHost: localhost\r\n\r\n";

}  // namespace

TEST_CASE("keep-alive and pipelining answer in order") {
  Fixture fixture;
  RawClient client(fixture.port());
  client.send(kGet);
  const auto first = client.read_response();
  CHECK(has(first, "HTTP/1.1 200 OK\r\n"));
  CHECK(has(first, "Date: "));
  CHECK(has(first, "\r\n\r\nGET /a  0"));
  client.send(
      "GET /1 HTTP/1.1\r\nHost: localhost\r\n\r\nPOST /2 HTTP/1.1\r\nhost: localhost\r\n"
      "content-length: 2\r\n\r\nhiGET /3 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  CHECK(has(client.read_response(), "GET /1  0"));
  CHECK(has(client.read_response(), "POST /2 hi 2"));
  const auto last = client.read_response();
  CHECK(has(last, "GET /3  0"));
  CHECK(has(last, "Connection: close"));
  CHECK(client.closed_by_server());
}

TEST_CASE("bodies arrive whole, chunked or byte by byte") {
  Fixture fixture;
  RawClient client(fixture.port());
  client.send("POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  client.send("3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n");
  CHECK(has(client.read_response(), "POST /c abcdefg 7"));
  for (const char c :
       std::string("POST /d HTTP/1.1\r\nHost: localhost\r\nContent-Length: 3\r\n\r\nxyz")) {
    client.send(std::string_view(&c, 1));
  }
  CHECK(has(client.read_response(), "POST /d xyz 3"));
  const std::string large(20 << 20, 'x');
  const auto answer = http::fetch("127.0.0.1", fixture.port(), "/large", 10s, large);
  REQUIRE(answer);
  CHECK(has(answer->body, std::to_string(large.size())));
}

TEST_CASE("HEAD has no body, HTTP/1.0 closes, 100-continue is given") {
  Fixture fixture;
  RawClient head(fixture.port());
  head.send("HEAD /a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
  const auto text = head.read_all();
  CHECK(has(text, "Content-Length: 10\r\n"));
  CHECK(text.ends_with("\r\n\r\n"));
  RawClient old(fixture.port());
  old.send("GET /a HTTP/1.0\r\n\r\n");
  CHECK(has(old.read_all(), "200 OK"));
  CHECK(old.closed_by_server());
  RawClient expect(fixture.port());
  expect.send(
      "POST /e HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  CHECK(expect.read_until("\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n");
  expect.send("ok");
  CHECK(has(expect.read_response(), "POST /e ok 2"));
}

TEST_CASE("what a handler throws becomes a response") {
  Fixture fixture;
  CHECK(http::fetch("127.0.0.1", fixture.port(), "/usage", 5s)->status == 400);
  const auto broken = http::fetch("127.0.0.1", fixture.port(), "/broken", 5s);
  CHECK(broken->status == 500);
  CHECK(broken->body == R"({"error":"internal error: boom"})");
}

TEST_CASE("a body above the limit is refused and the client sees why") {
  http::Limits limits;
  limits.body_bytes = 1000;
  Fixture fixture(limits);
  RawClient expect(fixture.port());
  expect.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  CHECK(has(expect.read_response(), "413 Payload Too Large"));
  CHECK(fixture.refused == 413);
  // Without 100-continue the body is sent all the same: 8 MB, then the answer is read.
  RawClient plain(fixture.port());
  plain.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 8000000\r\n\r\n");
  CHECK(plain.send(std::string(8000000, 'x')));
  CHECK(has(plain.read_response(), "the body is larger than 1000 bytes"));
  RawClient chunked(fixture.port());
  chunked.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) chunked.send("64\r\n" + std::string(100, 'y') + "\r\n");
  CHECK(has(chunked.read_response(), "413"));
}

TEST_CASE("malformed requests get one clear refusal") {
  Fixture fixture;
  for (const auto& [text, wanted] : std::vector<std::pair<std::string, std::string>>{
           {"nonsense\r\n\r\n", "400"},
           {"GET / HTTP/1.1\r\n\r\n", "the Host header is missing"},
           {"GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 Forbidden"},
           {"GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", "403"},
           {"GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: x\r\n\r\n", "400"},
           {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
            "400"},
           {"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n",
            "the Host header is given twice"},
           {"POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n5;" +
                std::string(100000, 'x'),
            "431"},
           {"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Encoding: gzip\r\nContent-Length: "
            "1\r\n\r\n",
            "415"},
           {"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(40000, 'x') + "\r\n\r\n",
            "431"}}) {
    INFO(text.substr(0, 80));
    RawClient client(fixture.port());
    client.send(text);
    const auto response = client.read_all();
    CHECK(has(response, wanted));
    CHECK(has(response, "{\"error\":\""));
    CHECK(client.closed_by_server());
  }
}

TEST_CASE("a body in a coding that is not known never becomes the next request") {
  Fixture fixture;
  const std::string next = "GET /hidden HTTP/1.1\r\nHost: localhost\r\n\r\n";
  for (const char* coding : {"gzip", "xchunked", "chunked, identity", ""}) {
    INFO(coding);
    RawClient client(fixture.port());
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: " + std::string(coding) +
                "\r\n\r\n" + next);
    const auto response = client.read_all();
    CHECK(has(response, "501 Not Implemented"));
    CHECK_FALSE(has(response, "/hidden"));
    CHECK(client.closed_by_server());
  }
  RawClient both(fixture.port());
  both.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
      "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" +
      next);
  const auto response = both.read_all();
  CHECK(has(response, "400 Bad Request"));
  CHECK_FALSE(has(response, "/hidden"));
}

TEST_CASE("running out of memory ends one connection, not the server") {
  const auto listener = http::Listener::bind("127.0.0.1", 0);
  http::ServerOptions options;
  options.threads = 1;
  options.refused = [](int) { throw std::bad_alloc(); };
  http::Server server(listener, options, echo);
  RawClient client(listener.port());
  client.send("nonsense\r\n\r\n");
  CHECK(client.closed_by_server());
  CHECK(http::fetch("127.0.0.1", listener.port(), "/x", 5s)->status == 200);
}

TEST_CASE("two thousand mutated requests leave the server well") {
  http::Limits limits;
  limits.header = limits.body = 300ms;
  Fixture fixture(limits);
  const std::string good =
      "POST /a?b HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nExpect: "
      "100-continue\r\n\r\n5\r\nhello\r\n0\r\nT: x\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n"
      "Content-Length: 3\r\nConnection: close\r\n\r\nabc";
  std::mt19937 random(11);
  for (int round = 0; round < 2000; ++round) {
    std::string text = good;
    for (unsigned edits = random() % 5 + 1; edits > 0 && !text.empty(); --edits) {
      const size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text[at] = static_cast<char>(random());
      } else if (random() % 2 == 0) {
        text.erase(at, random() % 6);
      } else {
        text.insert(at, text.substr(random() % text.size(), random() % 12));
      }
    }
    RawClient client(fixture.port());
    client.send(text);
    client.finish_sending();
    if (round % 16 == 0) client.read_all(1000);
  }
  CHECK(http::fetch("127.0.0.1", fixture.port(), "/x", 5s)->status == 200);
  for (int i = 0; i < 6000 && fixture.server.connections() > 0; ++i)
    std::this_thread::sleep_for(10ms);
  CHECK(fixture.server.connections() == 0);
}

TEST_CASE("slow clients are cut off") {
  http::Limits limits;
  limits.header = limits.body = limits.idle = 1s;
  Fixture fixture(limits);
  RawClient header(fixture.port());
  header.send("GET / HTTP/1.1\r\nHos");
  CHECK(has(header.read_all(20'000), "408 Request Timeout"));
  RawClient body(fixture.port());
  body.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nabc");
  CHECK(has(body.read_all(20'000), "408 Request Timeout"));
  RawClient idle(fixture.port());
  idle.send(kGet);
  CHECK(has(idle.read_response(), "200 OK"));
  CHECK(idle.read_all(20'000).empty());
  CHECK(idle.closed_by_server(20'000));
  RawClient silent(fixture.port());
  CHECK(silent.closed_by_server(20'000));
}

TEST_CASE("a client that stops in the middle of a request is told so") {
  for (const std::string text :
       {"GET / HTT", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nhalf"}) {
    INFO(text);
    Fixture fixture;
    RawClient client(fixture.port());
    client.send(text);
    client.finish_sending();
    const auto response = client.read_all();
    CHECK(has(response, "400 Bad Request"));
    CHECK(has(response, "the request ended before it was complete"));
  }
}

TEST_CASE("localhost in capitals and absolute targets are taken") {
  Fixture fixture;
  RawClient client(fixture.port());
  client.send("GET http://127.0.0.1:80/v2?x HTTP/1.1\r\nHost: LOCALHOST:80\r\n\r\n");
  CHECK(has(client.read_response(), "GET /v2  0"));
  client.send("GET HTTP://localhost HTTP/1.1\r\nHost: localhost\r\n\r\n");
  CHECK(has(client.read_response(), "GET /  0"));
}

TEST_CASE("half a request leaves nothing behind") {
  Fixture fixture;
  const size_t before = open_descriptors();
  for (int i = 0; i < 200; ++i) {
    RawClient client(fixture.port());
    client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf");
  }
  const auto left = [&] {
    return fixture.server.connections() > 0 || open_descriptors() != before;
  };
  for (int i = 0; i < 6000 && left(); ++i) std::this_thread::sleep_for(10ms);
  CHECK(fixture.server.connections() == 0);
  CHECK(open_descriptors() == before);
}

TEST_CASE("connections above the limit are told so") {
  http::Limits limits;
  limits.connections = 2;
  Fixture fixture(limits);
  RawClient a(fixture.port()), b(fixture.port());
  a.send(kGet);
  b.send(kGet);
  a.read_response();
  b.read_response();
  RawClient c(fixture.port());
  c.send(kGet);
  CHECK(has(c.read_all(), "503 Service Unavailable"));
}

TEST_CASE("draining finishes running requests and refuses new ones") {
  Fixture fixture;
  RawClient idle(fixture.port());
  idle.send(kGet);
  idle.read_response();
  RawClient busy(fixture.port());
  busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  std::this_thread::sleep_for(50ms);
  const auto start = std::chrono::steady_clock::now();
  CHECK(fixture.server.drain(60s));
  CHECK(std::chrono::steady_clock::now() - start < 20s);  // the idle one is not waited for
  const auto response = busy.read_all();
  CHECK(has(response, "200 OK"));
  CHECK(has(response, "Connection: close"));
  CHECK(idle.closed_by_server());
}

TEST_CASE("another server takes over the socket without a failed request") {
  http::Limits limits;
  limits.linger = 30s;  // a client that gets no processor for a second is not the server's fault
  Fixture fixture(limits);
  std::atomic<bool> done{false};
  std::atomic<int> failed{0}, answered{0};
  const auto connect_each_time = [&] {
    while (!done) {
      const auto answer = http::fetch("127.0.0.1", fixture.port(), "/x", 5s);
      answer && answer->status == 200 ? ++answered : ++failed;
    }
  };
  // A busy client that follows "Connection: close" never finds its connection gone.
  const auto keep_connection = [&] {
    while (!done) {
      RawClient client(fixture.port());
      for (bool open = true; open && !done;) {
        client.send(kGet);
        const auto answer = client.read_response();
        has(answer, "200 OK") ? ++answered : ++failed;
        open = has(answer, "200 OK") && !has(answer, "Connection: close");
      }
    }
  };
  std::vector<std::thread> load;
  for (int i = 0; i < 2; ++i) {
    load.emplace_back(connect_each_time);
    load.emplace_back(keep_connection);
  }
  for (int i = 0; i < 20; ++i) {
    http::Server next(fixture.listener, fixture.options(limits, 2), echo);
    CHECK(fixture.server.drain(60s));
    fixture.server = std::move(next);
  }
  done = true;
  for (auto& thread : load) thread.join();
  CHECK(failed == 0);
  CHECK(answered > 10);
}

TEST_CASE("an address is the same however it is written") {
  CHECK(http::same_host("localhost", "127.0.0.1"));
  CHECK(http::same_host("::1", "0:0:0:0:0:0:0:1"));
  CHECK_FALSE(http::same_host("127.0.0.1", "127.0.0.2"));
  CHECK_FALSE(http::same_host("127.0.0.1", "::1"));
}

TEST_CASE("a port in use is named") {
  Fixture fixture;
  const auto bind_again = [&] { http::Listener::bind("127.0.0.1", fixture.port()); };
  CHECK_THROWS_WITH(bind_again(), "port " + std::to_string(fixture.port()) + " is in use");
  CHECK_THROWS_WITH(http::Listener::bind("nowhere", 0), "host 'nowhere' is not an address");
}
