#include "serve/open_inference.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fast_json.hpp"
#include "serve/inference_response.hpp"
#include "serve/input_rows.hpp"
#include "serve/model_metadata.hpp"

namespace mlo::serve {
namespace {

using http::Request;
using http::Response;

Response json(int status, std::string body) {
  Response response;
  response.status = status;
  response.body = std::move(body);
  return response;
}

/// The route of /v2/models/{name}[/versions/{version}]; `unknown` says why there is none.
Route route_of(const ProtocolContext& context, const Request& request, std::string& unknown) {
  const std::string& name = request.parameters[0];
  Route route = context.models.find(name);
  if (!route.servable) {
    unknown = "Request for unknown model: " + quoted(name) + " is not found";
    return {};
  }
  const bool versioned = request.parameters.size() > 1;
  if (!versioned || request.parameters[1] == route.servable->model().version) return route;
  unknown = "Request for unknown model: " + quoted(name) + " version " +
            quoted(request.parameters[1]) + " is not found, version " +
            quoted(route.servable->model().version) + " is served";
  return {};
}

std::optional<size_t> json_length(const Request& request) {
  const auto text = request.header("Inference-Header-Content-Length");
  if (text.empty()) return std::nullopt;
  const auto length = parse_int(text);
  if (!length || *length < 0) throw usage("Inference-Header-Content-Length is not a size");
  return static_cast<size_t>(*length);
}

Response predict(const Servable& servable, const Request& request, uint64_t& rows_done) {
  const auto parsed = parse_inference_request(
      request.body, request.body.size() + http::kBodyPadding, json_length(request));
  const ServedModel& model = servable.model();
  check_outputs(parsed, model);
  // Buffers of the thread: a request of the usual size then allocates next to nothing here.
  static thread_local table::RawRows rows;
  static thread_local infer::Predictions predictions;
  fill_rows(parsed, model, rows);
  servable.predict(rows, predictions);
  rows_done = predictions.rows;
  Response response = inference_response(parsed, model, predictions);
  if (predictions.rows > kKeptRows) {
    rows = {};
    predictions = {};
    format::release_json();
  }
  return response;
}

Response infer(ProtocolContext& context, const Request& request) {
  std::string unknown;
  const Route route = route_of(context, request, unknown);
  if (!route.servable) return http::error_response(404, unknown);
  const int64_t start = context.clock.ticks();
  Response response;
  uint64_t rows = 0;
  try {
    response = predict(*route.servable, request, rows);
  } catch (const Error& error) {
    response = http::error_response(error.code() == Exit::usage ? 400 : 500, error.message());
  }
  route.metrics->requests.add(response.status);
  route.metrics->rows.fetch_add(rows, std::memory_order_relaxed);
  route.metrics->observe(context.clock.ticks() - start);
  return response;
}

using Render = std::string (*)(const ServedModel&);

void add_model_route(http::Router& router, ProtocolContext& context, const std::string& action,
                     Render render) {
  for (const char* path : {"/v2/models/{name}", "/v2/models/{name}/versions/{version}"}) {
    router.add("GET", path + action, [&context, render](const Request& request) {
      std::string unknown;
      const Route route = route_of(context, request, unknown);
      if (!route.servable) return http::error_response(404, unknown);
      return json(200, render(route.servable->model()));
    });
  }
}

Response metrics(ProtocolContext& context) {
  std::vector<LoadedModel> loaded;
  for (const auto& servable : context.models.list()) {
    const ServedModel& model = servable->model();
    loaded.push_back({model.name, model.version, model.digest, model.platform});
  }
  Response response;
  response.content_type = "text/plain; version=0.0.4; charset=utf-8";
  response.body = context.metrics.text(context.connections(), loaded);
  return response;
}

void add_server_routes(http::Router& router, ProtocolContext& context) {
  router.add("GET", "/v2", [&context](const Request&) {
    return json(200, server_metadata(context.server_version));
  });
  router.add("GET", "/v2/health/live", [](const Request&) { return json(200, "{\"live\":true}"); });
  router.add("GET", "/v2/health/ready", [&context](const Request&) {
    // Triton answers 400, not 503, and clients know that.
    if (context.draining || context.models.list().empty()) return json(400, "{\"ready\":false}");
    return json(200, "{\"ready\":true}");
  });
  router.add("POST", "/v2/repository/index", [&context](const Request&) {
    return json(200, repository_index(context.models.list()));
  });
  router.add("GET", "/metrics", [&context](const Request&) { return metrics(context); });
}

}  // namespace

http::Router open_inference_router(ProtocolContext& context) {
  http::Router router;
  // First, because it is asked for ten thousand times as often as the others.
  for (const char* path :
       {"/v2/models/{name}/infer", "/v2/models/{name}/versions/{version}/infer"}) {
    router.add("POST", path,
               [&context](const Request& request) { return infer(context, request); });
  }
  add_server_routes(router, context);
  add_model_route(router, context, "", model_metadata);
  add_model_route(router, context, "/config", model_config);
  add_model_route(router, context, "/ready", model_ready);
  return router;
}

http::Handler counted(http::Router router, ProtocolContext& context) {
  return [router = std::move(router), &context](const Request& request) {
    struct InFlight {
      std::atomic<int64_t>& count;
      explicit InFlight(std::atomic<int64_t>& c) : count(c) { ++count; }
      ~InFlight() { --count; }
    } in_flight(context.metrics.in_flight);
    Response response = router(request);
    context.metrics.responses.add(response.status);
    return response;
  };
}

}  // namespace mlo::serve
