#include "serve/model_server.hpp"

#include <array>
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "base/error.hpp"
#include "format/json.hpp"
#include "http/client.hpp"
#include "support/raw_client.hpp"
#include "support/test_env.hpp"
#include "unit/serve/toy_servable.hpp"

using namespace mlo;
using namespace std::chrono_literals;

namespace {

struct Running {
  explicit Running(std::shared_ptr<const serve::Servable> servable, unsigned threads = 2)
      : server(test.env, "9.9") {
    server.set(std::move(servable));
    server.start({"127.0.0.1", 0, threads});
  }
  http::Answer get(const std::string& path) {
    return http::fetch("127.0.0.1", server.port(), path, 5s).value();
  }
  http::Answer post(const std::string& path, const std::string& body) {
    return http::fetch("127.0.0.1", server.port(), path, 5s, body).value();
  }
  test::TestEnv test;
  serve::ModelServer server;
};

bool has(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

const std::string kLine =
    R"({"inputs":[{"name":"x","shape":[2],"datatype":"FP64","data":[0.1,2]}]})";
const std::string kLabel =
    R"({"id":"q","inputs":[{"name":"x","shape":[2],"datatype":"INT64","data":[-3,3]},)"
    R"({"name":"c","shape":[2,1],"datatype":"BYTES","data":["a","b"]}]})";

}  // namespace

TEST_CASE("health, metadata and configuration have the protocol's shapes") {
  Running running(test::label_model());
  CHECK(running.get("/v2/health/live").body == R"({"live":true})");
  CHECK(running.get("/v2/health/ready").body == R"({"ready":true})");
  CHECK(
      running.get("/v2").body ==
      R"({"name":"mlo","version":"9.9","extensions":["binary_tensor_data","model_configuration"]})");
  const std::string metadata =
      R"({"name":"label","versions":["1"],"platform":"toy","inputs":[)"
      R"({"name":"x","datatype":"FP64","shape":[-1]},{"name":"c","datatype":"BYTES","shape":[-1]}],)"
      R"("outputs":[{"name":"prediction","datatype":"BYTES","shape":[-1]},)"
      R"({"name":"probability","datatype":"FP64","shape":[-1,2]}]})";
  CHECK(running.get("/v2/models/label").body == metadata);
  CHECK(running.get("/v2/models/label/versions/1").body == metadata);
  CHECK(running.get("/v2/models/label/ready").body == R"({"name":"label","ready":true})");
  CHECK(has(running.get("/v2/models/label/config").body, R"("data_type":"TYPE_STRING")"));
  CHECK(running.post("/v2/repository/index", "").body ==
        R"([{"name":"label","version":"1","state":"READY","reason":""}])");
}

TEST_CASE("unknown names and methods are refused as Triton does") {
  Running running(test::line_model(10, "3"));
  const auto unknown = running.get("/v2/models/other");
  CHECK(unknown.status == 404);
  CHECK(unknown.body == R"({"error":"Request for unknown model: 'other' is not found"})");
  CHECK(running.post("/v2/models/line/versions/4/infer", kLine).status == 404);
  CHECK(running.get("/v2/models/line/infer").status == 405);
  CHECK(running.get("/v3").body == R"({"error":"Not Found"})");
}

TEST_CASE("inference answers with named outputs") {
  Running line(test::line_model(10, "3"));
  CHECK(line.post("/v2/models/line/versions/3/infer", kLine).body ==
        R"({"model_name":"line","model_version":"3","outputs":[)"
        R"({"name":"prediction","datatype":"FP64","shape":[2],"data":[2,21]}]})");
  Running label(test::label_model());
  const auto answer = label.post("/v2/models/label/infer", kLabel);
  CHECK(answer.status == 200);
  const auto body = format::parse_json(answer.body, "answer");
  CHECK(body["id"].as_string() == "q");
  const auto& outputs = body["outputs"].as_array();
  REQUIRE(outputs.size() == 2);
  CHECK(outputs[0]["data"].as_array()[0].as_string() == "no");
  CHECK(outputs[0]["data"].as_array()[1].as_string() == "yes");
  const auto& probability = outputs[1]["data"].as_array();
  REQUIRE(probability.size() == 4);
  CHECK(probability[0].as_double() + probability[1].as_double() == Approx(1));
}

TEST_CASE("a row has the same bytes alone and among others") {
  Running running(test::label_model());
  const auto ask = [&](const std::string& x, const std::string& c, int n) {
    const std::string shape = std::to_string(n);
    return running
        .post("/v2/models/label/infer",
              R"({"inputs":[{"name":"x","shape":[)" + shape + R"(],"datatype":"FP64","data":[)" +
                  x + R"(]},{"name":"c","shape":[)" + shape + R"(],"datatype":"BYTES","data":[)" +
                  c + R"(]}],"outputs":[{"name":"probability"}]})")
        .body;
  };
  const auto alone = ask("0.3", "\"b\"", 1);
  const auto among = ask("0.3,1,2", "\"b\",\"a\",\"b\"", 3);
  const auto data = alone.substr(alone.find("\"data\":[") + 8);
  CHECK(has(among, data.substr(0, data.find(']'))));
}

TEST_CASE("bad requests get 400 and name the input") {
  Running running(test::label_model());
  const auto refuse = [&](const std::string& body, const std::string& wanted) {
    const auto answer = running.post("/v2/models/label/infer", body);
    INFO(answer.body);
    CHECK(answer.status == 400);
    CHECK(has(answer.body, wanted));
  };
  const std::string x = R"({"name":"x","shape":[1],"datatype":"FP64","data":[1]})";
  const std::string c = R"({"name":"c","shape":[1],"datatype":"BYTES","data":["a"]})";
  const auto inputs = [](const std::string& list) { return R"({"inputs":[)" + list + "]}"; };
  refuse(inputs(x), "input 'c' is missing");
  refuse(inputs(x + "," + c + R"(,{"name":"z","shape":[1],"datatype":"FP64","data":[1]})"),
         "unknown input 'z'");
  refuse(inputs(x + "," + x), "input 'x' is given twice");
  refuse(inputs(x + R"(,{"name":"c","shape":[2],"datatype":"BYTES","data":["a","b"]})"),
         "input 'c' has 2 rows, input 'x' has 1");
  refuse(inputs(x + R"(,{"name":"c","shape":[1],"datatype":"FP64","data":[1]})"),
         "input 'c' has datatype FP64, expected BYTES");
  refuse(inputs(c + R"(,{"name":"x","shape":[1],"datatype":"BYTES","data":["old"]})"),
         "input 'x' has datatype BYTES, expected a number type");
  refuse(inputs(c + R"(,{"name":"x","shape":[1,2],"datatype":"FP64","data":[1,2]})"),
         "input 'x' has shape [1,2], expected [n] or [n,1]");
  refuse(inputs(c + R"(,{"name":"x","shape":[0],"datatype":"FP64","data":[]})"), "at least 1");
  refuse(R"({"inputs":[)" + x + "," + c + R"(],"outputs":[{"name":"predictoin"}]})",
         "unknown output 'predictoin': did you mean 'prediction'?");
  refuse(kLabel.substr(0, 60), "request:1:");
}

TEST_CASE("metrics count by model, version and code") {
  Running running(test::line_model(10, "3"));
  running.post("/v2/models/line/infer", kLine);
  running.post("/v2/models/line/infer", "{");
  running.get("/nowhere");
  const auto text = running.get("/metrics").body;
  CHECK(has(text, "mlo_inference_requests_total{model=\"line\",version=\"3\",code=\"200\"} 1\n"));
  CHECK(has(text, "mlo_inference_requests_total{model=\"line\",version=\"3\",code=\"400\"} 1\n"));
  CHECK(has(text, "mlo_inference_rows_total{model=\"line\",version=\"3\"} 2\n"));
  CHECK(has(text, "mlo_inference_duration_seconds_count{model=\"line\",version=\"3\"} 2\n"));
  CHECK(has(text, "le=\"+Inf\"} 2\n"));
  CHECK(has(text, "mlo_http_requests_total{code=\"404\"} 1\n"));
  CHECK(has(text, "mlo_model_info{model=\"line\",version=\"3\",digest=\"sha256:11\""));
  CHECK(text.ends_with("\n"));
}

TEST_CASE("versions, threads and ports change without a failed request") {
  Running running(test::line_model(10, "1"));
  std::atomic<bool> done{false};
  std::atomic<int> wrong{0}, first{0}, second{0};
  std::array<std::atomic<int>, 2> answers{};  // by client
  std::atomic<uint16_t> port{running.server.port()};
  const auto ask = [&](test::RawClient& client) {
    client.send("POST /v2/models/line/infer HTTP/1.1\r\nHost: localhost\r\nContent-Length: " +
                std::to_string(kLine.size()) + "\r\n\r\n" + kLine);
    const auto answer = client.read_response();
    if (has(answer, R"("model_version":"1")") && has(answer, "[2,21]")) {
      ++first;
    } else if (has(answer, R"("model_version":"2")") && has(answer, "[3,41]")) {
      ++second;
    } else {
      ++wrong;
      return false;
    }
    return !has(answer, "Connection: close");
  };
  const auto load = [&](size_t self) {
    while (!done) {
      test::RawClient client(port);
      for (bool open = true; open && !done; ++answers[self]) open = ask(client);
    }
  };
  std::thread a(load, 0), b(load, 1);
  const auto grows = [&](const std::atomic<int>& count) {
    for (const int before = count; count == before && wrong == 0;) std::this_thread::sleep_for(1ms);
  };
  for (unsigned i = 0; i < 10; ++i) {
    running.server.set(test::line_model(20, "2"));
    running.server.start({"127.0.0.1", running.server.port(), 1 + i % 2});
    grows(second);
    running.server.set(test::line_model(10, "1"));
    grows(first);
  }
  for (const auto& count : answers) grows(count);  // nobody is just connecting to the old port
  const uint16_t old = port;
  const serve::ServerSettings moved{"127.0.0.1", test::free_port(), 2};
  running.server.bind(moved);
  port = moved.port;
  running.server.start(moved);
  grows(first);
  done = true;
  a.join();
  b.join();
  CHECK(wrong == 0);
  CHECK(running.server.port() == moved.port);
  CHECK(running.post("/v2/models/line/infer", kLine).status == 200);
  CHECK_FALSE(http::fetch("127.0.0.1", old, "/v2", 5s));
}

TEST_CASE("metrics may be asked for while threads change") {
  Running running(test::line_model(10, "1"));
  const uint16_t port = running.server.port();
  std::atomic<bool> done{false};
  std::thread asking([&] {
    while (!done) http::fetch("127.0.0.1", port, "/metrics", 5s);
  });
  for (unsigned i = 0; i < 20; ++i) running.server.start({"127.0.0.1", port, 1 + i % 2});
  done = true;
  asking.join();
  CHECK(has(running.get("/metrics").body, "mlo_http_connections 1\n"));
}

TEST_CASE("a port in use leaves the server as it was") {
  Running running(test::line_model(10, "1")), other(test::line_model(10, "1"));
  const serve::ServerSettings taken{"127.0.0.1", other.server.port(), 1};
  CHECK_THROWS_WITH(running.server.bind(taken),
                    "port " + std::to_string(other.server.port()) + " is in use");
  CHECK(running.get("/v2/health/ready").status == 200);
}
