// A TorchScript module behind Model's forward declaration, and one run of it.
#pragma once

#include "script.hpp"

namespace mlo_torch {

struct Script {
  explicit Script(Module m) : module(std::move(m)) { module.eval(); }
  Module module;
};

/// The outer module on these rows: float32 [rows, outputs], contiguous; throws when the module
/// returns anything else.
torch::Tensor run_outer(const Architecture& architecture, const Module& outer, const Rows& rows);

}  // namespace mlo_torch
