// The TorchScript side: generated modules, archives, and the user's own modules. The only header
// here that includes LibTorch.
//
// The outer module holds `mlo_architecture`, `mean`, `std` and the submodule `module`; its forward
// scales in float64, casts to float32 and calls the submodule. Built-in submodules are generated as
// source with plain parameters (weight_0, bias_0, table_0, ...), so that any PyTorch loads, runs
// and fine-tunes the file.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>
#include <string_view>

#include "architecture.hpp"
#include "network.hpp"
#include "plain_message.hpp"

namespace mlo_torch {

using Module = torch::jit::Module;

/// A built-in model with these weights.
Module generate(const Layout& layout, const float* weights);
/// The user's module inside the generated outer module. Throws ArgumentError when it does not take
/// (numeric, category) and return [n, outputs]; two classes may also have one output, which the
/// architecture is then changed to.
Module wrap(Architecture& architecture, const Module& inner);

/// A deep copy whose parameters are leaves of their own.
Module copy_of(const Module& module);

/// TorchScript archive bytes -> module; throws FormatError for anything else.
Module load_archive(std::string_view bytes);
/// Equal modules give equal bytes: written to memory, so that the name inside is always "archive".
std::string save_archive(const Module& module);

/// The architecture of a module that generate() or wrap() made; throws FormatError for others.
Architecture read_architecture(const Module& outer);
/// The parameters of a generated module; throws FormatError when they do not fit the layout.
Buffer read_weights(const Layout& layout, const Module& outer);

/// Tensors over borrowed rows.
torch::Tensor numeric_tensor(const Architecture& architecture, const Rows& rows);
torch::Tensor category_tensor(const Architecture& architecture, const Rows& rows);
/// The scaled inputs of the inner module, float32.
torch::Tensor scaled_tensor(const Module& outer, const torch::Tensor& numeric);

/// Intra-op threads of LibTorch for this thread.
void use_threads(int threads);

}  // namespace mlo_torch
