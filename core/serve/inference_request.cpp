#include "serve/inference_request.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fast_json.hpp"
#include "serve/binary_tensor.hpp"
#include "table/json_cell.hpp"

namespace mlo::serve {
namespace {

using format::JsonNode;
using format::JsonScalar;
using table::Cell;

/// An input while its members come in any order.
struct Draft {
  InputTensor tensor;
  bool named = false, shaped = false, typed = false, has_data = false;
  std::optional<size_t> binary_size;
  bool numbers = false, booleans = false, strings = false;
};

void append_leaf(Draft& draft, const JsonScalar& leaf) {
  using Kind = JsonScalar::Kind;
  draft.numbers |= leaf.kind == Kind::integer || leaf.kind == Kind::number;
  draft.booleans |= leaf.kind == Kind::boolean;
  draft.strings |= leaf.kind == Kind::string;
  draft.tensor.cells.push_back(table::json_cell(leaf));
}

void read_shape(JsonNode value, std::vector<int64_t>& shape) {
  value.items([&](JsonNode item) {
    const int64_t size = item.integer();
    if (size < 0) throw usage("the shape holds the negative size " + std::to_string(size));
    if (shape.size() == 8) throw usage("the shape has more than 8 dimensions");
    shape.push_back(size);
  });
}

/// {"name": string|number|boolean}; calls each(key, scalar).
template <typename Each>
void read_parameters(JsonNode value, Each&& each) {
  value.members([&](std::string_view key, JsonNode member) {
    const JsonScalar scalar = member.scalar();
    if (scalar.kind == JsonScalar::Kind::null) {
      throw usage("parameter " + quoted(key) + " is null, not a string, number or boolean");
    }
    each(key, scalar);
  });
}

bool flag(std::string_view key, const JsonScalar& scalar) {
  if (scalar.kind != JsonScalar::Kind::boolean) {
    throw usage("parameter " + quoted(key) + " is not true or false");
  }
  return scalar.boolean;
}

Datatype read_datatype(std::string_view name) {
  if (const auto datatype = parse_datatype(name)) return *datatype;
  if (name == "FP16" || name == "BF16") {
    throw usage("datatype " + std::string(name) + " is not supported, use FP32 or FP64");
  }
  throw usage("unknown datatype " + quoted(name));
}

void read_input_member(Draft& draft, std::string_view key, JsonNode value) {
  InputTensor& tensor = draft.tensor;
  const auto once = [&](bool& seen) {
    if (seen) throw usage("'" + std::string(key) + "' is given twice");
    seen = true;
  };
  if (key == "name") {
    once(draft.named);
    tensor.name = value.string();
  } else if (key == "shape") {
    once(draft.shaped);
    read_shape(value, tensor.shape);
  } else if (key == "datatype") {
    once(draft.typed);
    tensor.datatype = read_datatype(value.string());
  } else if (key == "data") {
    once(draft.has_data);
    value.leaves([&](const JsonScalar& leaf) { append_leaf(draft, leaf); });
  } else if (key == "parameters") {
    read_parameters(value, [&](std::string_view name, const JsonScalar& scalar) {
      if (name != "binary_data_size") return;
      if (scalar.kind != JsonScalar::Kind::integer || scalar.integer < 0) {
        throw usage("parameter 'binary_data_size' is not a size");
      }
      draft.binary_size = static_cast<size_t>(scalar.integer);
    });
  }
}

/// The product of the shape; throws when it is beyond what a body can hold.
size_t element_count(const InputTensor& tensor) {
  size_t count = 1;
  for (const int64_t size : tensor.shape) {
    if (__builtin_mul_overflow(count, static_cast<size_t>(size), &count)) {
      throw usage("the shape is too large");
    }
  }
  return count;
}

std::string shape_text(const std::vector<int64_t>& shape) {
  std::string text = "[";
  for (size_t i = 0; i < shape.size(); ++i) {
    text += (i == 0 ? "" : ",") + std::to_string(shape[i]);
  }
  return text + "]";
}

/// Near the end of 64 bits a double is not enough: 2^63 - 1 as one is 2^63.
bool holds(Datatype datatype, const Cell& cell) {
  if (const auto exact = cell.exact_integer()) return fits_integer(datatype, *exact);
  // Integers beyond int64 come as doubles, and 2^64 - 1 is the same one as 2^64.
  constexpr double kLargestUnsigned = 0x1p64;
  return fits(datatype, cell.as_number()) ||
         (datatype == Datatype::uint64 && cell.as_number() == kLargestUnsigned);
}

void check_data(const Draft& draft) {
  const InputTensor& tensor = draft.tensor;
  const std::string name(datatype_name(tensor.datatype));
  const bool number = is_integer(tensor.datatype) || is_float(tensor.datatype);
  if ((draft.numbers && !number) || (draft.strings && tensor.datatype != Datatype::bytes) ||
      (draft.booleans && tensor.datatype != Datatype::boolean)) {
    const char* what = draft.numbers && !number                              ? "a number"
                       : draft.strings && tensor.datatype != Datatype::bytes ? "a string"
                                                                             : "a boolean";
    throw usage(std::string("the data holds ") + what + ", the datatype is " + name);
  }
  if (!is_integer(tensor.datatype)) return;
  for (const Cell& cell : tensor.cells) {
    if (cell.kind() == Cell::Kind::missing) continue;
    if (!holds(tensor.datatype, cell)) {
      throw usage("the value " + table::cell_text(cell) + " is not of datatype " + name);
    }
  }
}

void finish_input(Draft& draft, std::string_view& binary) {
  if (!draft.named) throw usage("'name' is missing");
  if (!draft.shaped) throw usage("'shape' is missing");
  if (!draft.typed) throw usage("'datatype' is missing");
  InputTensor& tensor = draft.tensor;
  const size_t count = element_count(tensor);
  if (draft.binary_size) {
    if (draft.has_data) throw usage("both 'data' and 'binary_data_size' are given");
    if (*draft.binary_size > binary.size()) {
      throw usage("the body holds " + std::to_string(binary.size()) + " more bytes, " +
                  std::to_string(*draft.binary_size) + " were announced");
    }
    decode_tensor(tensor.datatype, count, binary.substr(0, *draft.binary_size), tensor.cells);
    binary.remove_prefix(*draft.binary_size);
    return;
  }
  if (!draft.has_data) throw usage("'data' is missing");
  if (tensor.cells.size() != count) {
    throw usage("the shape " + shape_text(tensor.shape) + " asks for " + std::to_string(count) +
                " values, the data holds " + std::to_string(tensor.cells.size()));
  }
  check_data(draft);
}

class BodyReader {
 public:
  explicit BodyReader(std::string_view binary) : binary_(binary) {}

  void member(std::string_view key, JsonNode value) {
    if (key == "id") {
      request_.id = value.string();
      request_.has_id = true;
    } else if (key == "inputs") {
      if (has_inputs_) value.fail("'inputs' is given twice");
      has_inputs_ = true;
      value.items([this](JsonNode item) { input(item); });
    } else if (key == "outputs") {
      value.items([this](JsonNode item) { output(item); });
    } else if (key == "parameters") {
      read_parameters(value, [this](std::string_view name, const JsonScalar& scalar) {
        if (name == "binary_data_output") request_.binary_output = flag(name, scalar);
      });
    }
  }

  InferenceRequest finish() {
    if (!has_inputs_) throw usage("the request has no 'inputs'");
    for (Draft& draft : drafts_) {
      in_context(label(draft), [&] { finish_input(draft, binary_); });
      request_.inputs.push_back(std::move(draft.tensor));
    }
    // Only now: the parameters of the request may come after its outputs.
    for (size_t i = 0; i < request_.outputs.size(); ++i) {
      request_.outputs[i].binary = binary_of_outputs_[i].value_or(request_.binary_output);
    }
    if (!binary_.empty()) {
      throw usage("the body holds " + std::to_string(binary_.size()) +
                  " bytes that belong to no input");
    }
    return std::move(request_);
  }

 private:
  std::string label(const Draft& draft) const {
    if (draft.named) return "input " + quoted(draft.tensor.name);
    return "input " + std::to_string(drafts_.size());
  }

  void input(JsonNode item) {
    if (drafts_.size() == 4096) throw usage("the request has more than 4096 inputs");
    Draft& draft = drafts_.emplace_back();
    try {
      item.members(
          [&](std::string_view key, JsonNode value) { read_input_member(draft, key, value); });
    } catch (Error& error) {
      error.add_context(label(draft));
      throw;
    }
  }

  void output(JsonNode item) {
    RequestedOutput output;
    std::optional<bool> binary;
    item.members([&](std::string_view key, JsonNode value) {
      if (key == "name") output.name = value.string();
      if (key != "parameters") return;
      read_parameters(value, [&](std::string_view name, const JsonScalar& scalar) {
        if (name == "binary_data") binary = flag(name, scalar);
        if (name == "classification" && scalar.number != 0) {
          throw usage("parameter 'classification' is not supported");
        }
      });
    });
    if (output.name.empty()) throw usage("an output has no 'name'");
    request_.outputs.push_back(std::move(output));
    binary_of_outputs_.push_back(binary);
  }

  std::string_view binary_;
  InferenceRequest request_;
  bool has_inputs_ = false;
  std::vector<Draft> drafts_;
  std::vector<std::optional<bool>> binary_of_outputs_;  ///< nullopt: not said
};

}  // namespace

InferenceRequest parse_inference_request(std::string_view body, size_t readable,
                                         std::optional<size_t> json_length) {
  const size_t size = json_length.value_or(body.size());
  if (size > body.size()) {
    throw usage("Inference-Header-Content-Length is " + std::to_string(size) + ", the body has " +
                std::to_string(body.size()) + " bytes");
  }
  if (json_length && size == 0) {
    throw usage("a raw binary request needs a model with one input: send a JSON header");
  }
  BodyReader reader(body.substr(size));
  static const std::string kName = "request";
  format::read_json(body.substr(0, size), readable, kName, [&](JsonNode root) {
    root.members([&](std::string_view key, JsonNode value) { reader.member(key, value); });
  });
  return reader.finish();
}

}  // namespace mlo::serve
