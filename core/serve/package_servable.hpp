// A package as a servable version: the model opened once, a session per concurrent request, kept and
// reused. One runtime thread per session: the server's own threads already fill the cores.
//
// A batch is never put together from several requests. The runtime ABI does not promise that a row
// keeps its bytes at another batch size (a user's TorchScript module does not), and there is little to
// gain: of the 14 us of CPU that a request costs, an MLP of 32 and 16 takes 0.6; with 512 and 512
// hidden units it takes 12 of 24, of which batches of 64 would save 5.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "base/env.hpp"
#include "package/open_package.hpp"
#include "serve/servable.hpp"

namespace mlo::serve {

struct LoadOptions {
  std::string name;  ///< to serve under; empty: the model's
  std::span<const std::string> plugin_path;
  /// Sessions made and warmed before the first request.
  unsigned sessions = 1;
};

/// Loads the runtime, opens the model and runs it twice, so that the first request is as fast as
/// the others. shared_ptr: see Route.
std::shared_ptr<const Servable> load_servable(Env& env, repo::Workspace& workspace,
                                              const package::Resolved& resolved,
                                              const LoadOptions& options);

/// Wraps a predictor that somebody else made; `model` needs name, version, digest and platform
/// only.
std::shared_ptr<const Servable> make_servable(ServedModel model, infer::Predictor predictor,
                                              unsigned sessions);

}  // namespace mlo::serve
