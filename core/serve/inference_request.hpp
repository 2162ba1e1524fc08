// The body of `POST .../infer` as it came: JSON, or JSON followed by raw tensors (the binary tensor
// data extension). Checked for itself (syntax, types, shapes, ranges), not yet against a model.
// Text points into buffers of this thread and of the body: valid until the thread reads its next
// request.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "serve/datatype.hpp"
#include "table/raw_rows.hpp"

namespace mlo::serve {

struct InputTensor {
  std::string name;
  std::vector<int64_t> shape;
  Datatype datatype = Datatype::fp64;
  std::vector<table::Cell> cells;  ///< row-major
};

struct RequestedOutput {
  std::string name;
  bool binary = false;
};

struct InferenceRequest {
  std::string id;
  bool has_id = false;
  bool binary_output = false;  ///< for all outputs when none is named
  std::vector<InputTensor> inputs;
  std::vector<RequestedOutput> outputs;  ///< empty: all
};

/// `readable`: bytes that may be read from the start of `body` (a padded buffer saves a copy).
/// `json_length`: the header Inference-Header-Content-Length. Throws usage with a sentence for the
/// client ("input 'age': request:1:80: expected a number").
InferenceRequest parse_inference_request(std::string_view body, size_t readable,
                                         std::optional<size_t> json_length);

}  // namespace mlo::serve
