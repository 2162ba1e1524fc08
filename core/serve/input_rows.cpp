#include "serve/input_rows.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::serve {
namespace {

std::vector<std::string> names_of(const ServedModel& model) {
  std::vector<std::string> names;
  for (const InputSpec& input : model.inputs) names.push_back(input.name);
  return names;
}

const InputSpec& spec_of(const InputTensor& tensor, const ServedModel& model, size_t hint) {
  // Clients send the inputs in the order of the metadata, if not always.
  if (hint < model.inputs.size() && model.inputs[hint].name == tensor.name) {
    return model.inputs[hint];
  }
  for (const InputSpec& input : model.inputs) {
    if (input.name == tensor.name) return input;
  }
  throw usage("unknown input " + quoted(tensor.name) + ": " +
              suggestion(tensor.name, names_of(model)));
}

size_t rows_of(const InputTensor& tensor) {
  const auto& shape = tensor.shape;
  const bool vector = shape.size() == 1 || (shape.size() == 2 && shape[1] == 1);
  if (vector && shape[0] > 0) return static_cast<size_t>(shape[0]);
  std::string text;
  for (const int64_t size : shape) text += (text.empty() ? "" : ",") + std::to_string(size);
  throw usage("input " + quoted(tensor.name) + " has shape [" + text + "], expected [n] or [n,1]" +
              (vector ? " with n at least 1" : ""));
}

std::string_view expected(ColumnType type) {
  switch (type) {
    case ColumnType::numeric:
      return "a number type such as FP64";
    case ColumnType::boolean:
      return "BOOL";
    default:
      return "BYTES";
  }
}

void check_type(const InputTensor& tensor, const InputSpec& spec) {
  if (accepts(spec.type, tensor.datatype)) return;
  throw usage("input " + quoted(tensor.name) + " has datatype " +
              std::string(datatype_name(tensor.datatype)) + ", expected " +
              std::string(expected(spec.type)));
}

void check_complete(const InferenceRequest& request, const ServedModel& model) {
  for (const InputSpec& input : model.inputs) {
    const auto same = [&](const InputTensor& tensor) { return tensor.name == input.name; };
    if (std::ranges::none_of(request.inputs, same)) {
      throw usage("input " + quoted(input.name) + " is missing");
    }
  }
}

}  // namespace

void fill_rows(const InferenceRequest& request, const ServedModel& model, table::RawRows& rows) {
  rows.reset();
  size_t count = 0;
  for (size_t i = 0; i < request.inputs.size(); ++i) {
    const InputTensor& tensor = request.inputs[i];
    check_type(tensor, spec_of(tensor, model, i));
    const size_t size = rows_of(tensor);
    if (i == 0) count = size;
    if (size != count) {
      throw usage("input " + quoted(tensor.name) + " has " + std::to_string(size) +
                  " rows, input " + quoted(request.inputs[0].name) + " has " +
                  std::to_string(count));
    }
    table::RawColumn& column = rows.column(tensor.name);
    if (column.size() != 0) throw usage("input " + quoted(tensor.name) + " is given twice");
    column.reserve(size);
    for (const table::Cell& cell : tensor.cells) column.push(cell);
  }
  check_complete(request, model);
}

}  // namespace mlo::serve
