// A request's tensors, checked against a model's inputs, as raw rows for the encoder.
#pragma once

#include "serve/inference_request.hpp"
#include "serve/servable.hpp"

namespace mlo::serve {

/// Fills `rows` (reset first). Every input of the model once, each [n] or [n,1] with one n >= 1,
/// each of a datatype that its column takes. Throws usage naming the input. Text stays borrowed.
void fill_rows(const InferenceRequest& request, const ServedModel& model, table::RawRows& rows);

}  // namespace mlo::serve
