#include "architecture.hpp"

#include <algorithm>
#include <cmath>

#include "json.hpp"

namespace mlo_torch {

namespace {

constexpr int64_t kMost = 1 << 24;
// A one-hot category costs one row of the first layer per code and no arithmetic, so it is cheap
// far beyond what a dense one-hot matrix could bear; past this, rows are seen too rarely to be
// learnt alone.
constexpr int64_t kLargestOneHot = 64;
constexpr int64_t kWidestEmbedding = 32;

Activation parse_activation(const std::string& name) {
  for (Activation a :
       {Activation::relu, Activation::leaky_relu, Activation::tanh, Activation::sigmoid})
    if (name == activation_name(a)) return a;
  throw ArgumentError("'activation' must be relu, leaky_relu, tanh or sigmoid, not '" + name + "'");
}

int64_t embedding_width(const std::string& how, int64_t size) {
  bool one_hot = how == "one-hot" || (how == "auto" && size <= kLargestOneHot);
  if (one_hot) return 0;
  auto width = static_cast<int64_t>(std::ceil(std::sqrt(static_cast<double>(size))));
  return std::min(width, kWidestEmbedding);
}

void parse_scaling(const Json& json, Architecture& out) {
  out.mean = json.reals("mean");
  out.std = json.reals("std");
  out.scale = json.find("mean") != nullptr;
  auto wanted = static_cast<size_t>(out.scale ? out.numeric : 0);
  if (out.mean.size() != wanted || out.std.size() != wanted)
    throw ArgumentError("'mean' and 'std' must have one number for each numeric input");
  for (double value : out.std)
    if (!(value > 0)) throw ArgumentError("'std' must be positive");
  out.target_mean = json.real("target_mean", 0, -1e300, 1e300);
  out.target_std = json.real("target_std", 1, 1e-300, 1e300);
}

void parse_model(const Json& model, Architecture& out) {
  if (model.find("module")) return;
  out.builtin = model.string("builtin", "");
  if (out.builtin != "linear" && out.builtin != "mlp")
    throw ArgumentError("'builtin' must be linear or mlp, not '" + out.builtin + "'");
  bool mlp = out.builtin == "mlp";
  if (mlp) {
    out.hidden = model.integers("hidden", 1, 65536);
    if (out.hidden.empty()) throw ArgumentError("'hidden' must name at least one layer");
    out.activation = parse_activation(model.string("activation", "relu"));
    out.dropout = model.real("dropout", 0, 0, 0.99);
  }
  std::string how = model.string("categories", mlp ? "auto" : "one-hot");
  if (how != "auto" && how != "one-hot" && how != "embedding")
    throw ArgumentError("'categories' must be auto, one-hot or embedding, not '" + how + "'");
  out.embeddings = model.integers("embeddings", 0, 65536);
  if (!out.embeddings.empty() && out.embeddings.size() != out.cardinalities.size())
    throw ArgumentError("'embeddings' must have one width for each category");
  if (out.embeddings.empty())
    for (int64_t size : out.cardinalities) out.embeddings.push_back(embedding_width(how, size));
}

template <typename T>
std::string list(const std::vector<T>& values) {
  std::string out = "[";
  for (size_t i = 0; i < values.size(); ++i)
    out += (i ? "," : "") + number_text(static_cast<double>(values[i]));
  return out + "]";
}

std::string model_json(const Architecture& a) {
  if (!a.is_builtin()) return R"({"module":true})";
  if (a.builtin == "linear")
    return R"({"builtin":"linear","embeddings":)" + list(a.embeddings) + "}";
  return R"({"activation":")" + std::string(activation_name(a.activation)) +
         R"(","builtin":"mlp","dropout":)" + number_text(a.dropout) + R"(,"embeddings":)" +
         list(a.embeddings) + R"(,"hidden":)" + list(a.hidden) + "}";
}

}  // namespace

const char* activation_name(Activation activation) {
  switch (activation) {
    case Activation::none:
      return "none";
    case Activation::relu:
      return "relu";
    case Activation::leaky_relu:
      return "leaky_relu";
    case Activation::tanh:
      return "tanh";
    case Activation::sigmoid:
      return "sigmoid";
  }
  return "none";
}

Architecture parse_architecture(std::string_view text) {
  Json json = parse_json(text);
  Architecture out;
  std::string task = json.string("task", "");
  if (task != "classification" && task != "regression")
    throw ArgumentError("'task' must be classification or regression, not '" + task + "'");
  out.task = task == "regression" ? Task::regression : Task::classification;
  out.numeric = json.integer("numeric", 0, kMost);
  out.cardinalities = json.integers("cardinalities", 1, kMost);
  out.outputs = json.integer("outputs", 1, kMost);
  if (out.task == Task::regression && out.outputs != 1)
    throw ArgumentError("a regression has one output");
  if (out.numeric == 0 && out.cardinalities.empty()) throw ArgumentError("there are no inputs");
  parse_scaling(json, out);
  parse_model(json.at("model"), out);
  return out;
}

std::string to_json(const Architecture& a) {
  std::string out = R"({"cardinalities":)" + list(a.cardinalities);
  if (a.scale) out += R"(,"mean":)" + list(a.mean);
  out += R"(,"model":)" + model_json(a);
  out += R"(,"numeric":)" + std::to_string(a.numeric);
  out += R"(,"outputs":)" + std::to_string(a.outputs);
  if (a.scale) out += R"(,"std":)" + list(a.std);
  out += R"(,"target_mean":)" + number_text(a.target_mean);
  out += R"(,"target_std":)" + number_text(a.target_std);
  out += a.task == Task::regression ? R"(,"task":"regression"})" : R"(,"task":"classification"})";
  return out;
}

std::string signature_json(const Architecture& a) {
  return R"({"cardinalities":)" + list(a.cardinalities) + R"(,"format":"torchscript","numeric":)" +
         std::to_string(a.numeric) + R"(,"outputs":)" + std::to_string(a.outputs) + "}";
}

}  // namespace mlo_torch
