// The answer of `POST .../infer`: JSON with the shortest numbers that read back to the same
// doubles, or JSON followed by raw tensors where the client asked for them.
#pragma once

#include <string>
#include <vector>

#include "http/message.hpp"
#include "serve/inference_request.hpp"
#include "serve/servable.hpp"

namespace mlo::serve {

/// Throws usage for an output that the model does not have. Before predict, so that nothing is
/// computed for a request that cannot be answered.
void check_outputs(const InferenceRequest& request, const ServedModel& model);

http::Response inference_response(const InferenceRequest& request, const ServedModel& model,
                                  const infer::Predictions& predictions);

}  // namespace mlo::serve
