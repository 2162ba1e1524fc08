// The Open Inference Protocol (KServe V2) over HTTP, as Triton speaks it, and /metrics: routes on a
// table of models. Unmodified clients (tritonclient, kserve, curl) talk to it.
#pragma once

#include <atomic>
#include <functional>
#include <string>

#include "base/env.hpp"
#include "http/router.hpp"
#include "serve/metrics.hpp"
#include "serve/model_table.hpp"

namespace mlo::serve {

struct ProtocolContext {
  ModelTable& models;
  Metrics& metrics;
  Clock& clock;
  std::string server_version;
  /// Open connections, for /metrics.
  std::function<size_t()> connections;
  /// While true, /v2/health/ready says no: the server drains.
  const std::atomic<bool>& draining;
};

/// `context` must outlive the router.
http::Router open_inference_router(ProtocolContext& context);

/// Counts and times every request around `router`.
http::Handler counted(http::Router router, ProtocolContext& context);

}  // namespace mlo::serve
