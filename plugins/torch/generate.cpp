// Built-in models as TorchScript, and their weights back out of it.
#include "json.hpp"
#include "script.hpp"

namespace mlo_torch {

namespace {

std::string layer_source(const Layout& layout, size_t l) {
  std::string n = std::to_string(l);
  std::string out = "    h = torch.linear(h, self.weight_" + n + ", self.bias_" + n + ")\n";
  for (size_t j = 0; l == 0 && j < layout.lookups.size(); ++j)
    if (std::string c = std::to_string(j); !layout.lookups[j].embedding)
      out += "    h = h + torch.embedding(self.table_" + c + ", category[:, " + c + "])\n";
  if (l + 1 == layout.layers.size()) return out;
  out += "    h = torch." + std::string(activation_name(layout.architecture.activation)) + "(h)\n";
  if (layout.architecture.dropout > 0)
    out += "    h = torch.dropout(h, " + number_text(layout.architecture.dropout) +
           ", self.training)\n";
  return out;
}

std::string inner_source(const Layout& layout) {
  std::string inputs = "numeric";
  for (size_t j = 0; j < layout.lookups.size(); ++j)
    if (std::string c = std::to_string(j); layout.lookups[j].embedding)
      inputs += ", torch.embedding(self.embedding_" + c + ", category[:, " + c + "])";
  std::string out = "def forward(self, numeric: Tensor, category: Tensor) -> Tensor:\n";
  out += "    h = " + (inputs == "numeric" ? inputs : "torch.cat([" + inputs + "], 1)") + "\n";
  for (size_t l = 0; l < layout.layers.size(); ++l) out += layer_source(layout, l);
  return out + "    return h\n";
}

std::string outer_source(const Architecture& a) {
  std::string out = "def forward(self, numeric: Tensor, category: Tensor) -> Tensor:\n";
  out += a.scale ? "    x = (numeric - self.mean) / self.std\n" : "    x = numeric\n";
  out += "    y = self.module.forward(x.to(6), category)\n";
  if (a.target_mean != 0 || a.target_std != 1)
    out += "    y = (y.to(7) * self.target_std + self.target_mean).to(6)\n";
  return out + "    return y\n";
}

/// Weights of the layout -> a tensor [out, in] as PyTorch has it, or rows of a lookup.
torch::Tensor weight_tensor(const float* from, size_t in, size_t out, size_t width) {
  torch::Tensor tensor =
      torch::empty({static_cast<int64_t>(out), static_cast<int64_t>(in)}, torch::requires_grad());
  float* to = tensor.data_ptr<float>();
  for (size_t o = 0; o < out; ++o)
    for (size_t i = 0; i < in; ++i) to[o * in + i] = from[i * width + o];
  return tensor;
}

torch::Tensor row_tensor(const float* from, size_t rows, size_t columns, size_t width) {
  torch::Tensor tensor = torch::empty({static_cast<int64_t>(rows), static_cast<int64_t>(columns)},
                                      torch::requires_grad());
  for (size_t r = 0; r < rows; ++r)
    std::copy_n(from + r * width, columns, tensor.data_ptr<float>() + r * columns);
  return tensor;
}

size_t lookup_columns(const Layout& layout, const Lookup& lookup) {
  return lookup.embedding ? lookup.width : layout.layers[0].out;
}

std::string lookup_name(const Layout& layout, size_t j) {
  return (layout.lookups[j].embedding ? "embedding_" : "table_") + std::to_string(j);
}

/// The parameter, checked; a contiguous float32 tensor of this shape.
torch::Tensor read_parameter(const Module& inner, const std::string& name, size_t rows,
                             size_t columns) {
  if (!inner.hasattr(name) || !inner.attr(name).isTensor())
    throw FormatError("the model has no parameter '" + name + "'");
  torch::Tensor tensor = inner.attr(name).toTensor().detach();
  if (tensor.scalar_type() != torch::kFloat32 ||
      tensor.numel() != static_cast<int64_t>(rows * columns) ||
      tensor.size(0) != static_cast<int64_t>(rows))
    throw FormatError("the parameter '" + name + "' does not have the shape of its architecture");
  return tensor.contiguous();
}

Module make_outer(const Architecture& a, const Module& inner) {
  Module outer("__torch__.mlo.Model");
  outer.register_attribute("training", c10::BoolType::get(), true);
  outer.register_attribute("mlo_architecture", c10::StringType::get(), to_json(a));
  if (a.scale) {
    outer.register_buffer("mean", torch::tensor(a.mean, torch::kFloat64));
    outer.register_buffer("std", torch::tensor(a.std, torch::kFloat64));
  }
  if (a.target_mean != 0 || a.target_std != 1) {
    outer.register_attribute("target_mean", c10::FloatType::get(), a.target_mean);
    outer.register_attribute("target_std", c10::FloatType::get(), a.target_std);
  }
  outer.register_module("module", inner);
  outer.define(outer_source(a));
  return outer;
}

void check_output(Architecture& a, const torch::Tensor& out) {
  if (out.dim() != 2 || out.size(0) != 2 || out.scalar_type() != torch::kFloat32)
    throw ArgumentError("the module must return float32 [n, outputs], it returns " +
                        std::string(c10::toString(out.scalar_type())) + " " +
                        c10::str(out.sizes()) + " for 2 rows");
  if (a.task == Task::classification && a.outputs == 2 && out.size(1) == 1) a.outputs = 1;
  if (out.size(1) != a.outputs)
    throw ArgumentError("the module returns " + std::to_string(out.size(1)) +
                        " outputs for each row, the task needs " + std::to_string(a.outputs));
}

}  // namespace

Module generate(const Layout& layout, const float* weights) {
  Module inner("__torch__.mlo.Network");
  inner.register_attribute("training", c10::BoolType::get(), true);
  for (size_t l = 0; l < layout.layers.size(); ++l) {
    const Layer& layer = layout.layers[l];
    std::string n = std::to_string(l);
    inner.register_parameter(
        "weight_" + n, weight_tensor(weights + layer.weight, layer.in, layer.out, layer.width),
        false);
    inner.register_parameter("bias_" + n,
                             row_tensor(weights + layer.bias, 1, layer.out, layer.width)
                                 .squeeze(0)
                                 .detach()
                                 .requires_grad_(),
                             false);
  }
  for (size_t j = 0; j < layout.lookups.size(); ++j) {
    const Lookup& lookup = layout.lookups[j];
    inner.register_parameter(lookup_name(layout, j),
                             row_tensor(weights + lookup.offset, lookup.size,
                                        lookup_columns(layout, lookup), lookup.width),
                             false);
  }
  inner.define(inner_source(layout));
  return make_outer(layout.architecture, inner);
}

Buffer read_weights(const Layout& layout, const Module& outer) {
  Buffer out(layout.total);
  Module inner = outer.attr("module").toModule();
  for (size_t l = 0; l < layout.layers.size(); ++l) {
    const Layer& layer = layout.layers[l];
    torch::Tensor weight =
        read_parameter(inner, "weight_" + std::to_string(l), layer.out, layer.in);
    for (size_t o = 0; o < layer.out; ++o)
      for (size_t i = 0; i < layer.in; ++i)
        out.data()[layer.weight + i * layer.width + o] = weight.data_ptr<float>()[o * layer.in + i];
    torch::Tensor bias = read_parameter(inner, "bias_" + std::to_string(l), layer.out, 1);
    std::copy_n(bias.data_ptr<float>(), layer.out, out.data() + layer.bias);
  }
  for (size_t j = 0; j < layout.lookups.size(); ++j) {
    const Lookup& lookup = layout.lookups[j];
    size_t columns = lookup_columns(layout, lookup);
    torch::Tensor rows = read_parameter(inner, lookup_name(layout, j), lookup.size, columns);
    for (size_t r = 0; r < lookup.size; ++r)
      std::copy_n(rows.data_ptr<float>() + r * columns, columns,
                  out.data() + lookup.offset + r * lookup.width);
  }
  return out;
}

Module wrap(Architecture& a, const Module& inner) {
  auto method = inner.find_method("forward");
  if (!method || method->function().getSchema().arguments().size() != 3)
    throw ArgumentError("the module must have a forward(numeric, category)");
  Module probe = copy_of(inner);
  probe.eval();
  torch::Tensor out;
  try {
    torch::InferenceMode guard;
    c10::IValue result = probe.forward(
        {torch::zeros({2, a.numeric}, torch::kFloat32),
         torch::zeros({2, static_cast<int64_t>(a.cardinalities.size())}, torch::kInt64)});
    if (result.isTensor()) out = result.toTensor();
  } catch (const std::exception& error) {
    throw ArgumentError("the module fails on " + std::to_string(a.numeric) + " numeric and " +
                        std::to_string(a.cardinalities.size()) +
                        " categorical inputs: " + plain_message(error));
  }
  if (!out.defined()) throw ArgumentError("the module's forward must return one tensor");
  check_output(a, out);
  try {
    return make_outer(a, inner);
  } catch (const std::exception& error) {
    throw ArgumentError("the module cannot be called as forward(numeric, category): " +
                        plain_message(error));
  }
}

}  // namespace mlo_torch
