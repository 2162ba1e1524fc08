// What a model is made of: the arch_json of mlo/plugin.h, checked, and back to the same text. It
// travels inside the TorchScript archive (attribute `mlo_architecture`), so an opened model knows
// its inputs.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlo_torch {

enum class Task { classification, regression };
/// Activations whose derivative follows from their output alone, so that training keeps one buffer.
enum class Activation { none, relu, leaky_relu, tanh, sigmoid };

struct Architecture {
  Task task = Task::classification;
  int64_t numeric = 0;
  std::vector<int64_t> cardinalities;
  int64_t outputs = 1;
  bool scale = false;
  std::vector<double> mean, std;  ///< [numeric] if scale
  double target_mean = 0, target_std = 1;

  std::string builtin;  ///< "linear", "mlp", or empty: the user's module
  std::vector<int64_t> hidden;
  Activation activation = Activation::relu;
  double dropout = 0;
  /// Per category: 0 one-hot (a trained row per code, added to the first layer), else the width of
  /// an embedding that stands beside the numeric inputs.
  std::vector<int64_t> embeddings;

  bool is_builtin() const { return !builtin.empty(); }
};

/// Throws ArgumentError.
Architecture parse_architecture(std::string_view json);
/// Canonical: keys sorted, no spaces.
std::string to_json(const Architecture& architecture);
/// {"cardinalities":[...],"format":"torchscript","numeric":p,"outputs":k}
std::string signature_json(const Architecture& architecture);
const char* activation_name(Activation activation);

}  // namespace mlo_torch
