// The losses of the built-in trainer, row by row in double: softmax cross entropy, its one-logit
// form for two classes, and the squared error in units of target_std.
#pragma once

#include <cstdint>

#include "architecture.hpp"

namespace mlo_torch {

/// The targets of one batch: class indices or values, and optional weights.
struct Targets {
  const int64_t* labels = nullptr;
  const double* values = nullptr;
  const float* weights = nullptr;
  double weight(size_t row) const { return weights ? double{weights[row]} : 1.0; }
};

/// Throws ArgumentError for targets of the wrong type, labels out of range and values or weights
/// that are not finite. Returns the sum of the weights.
double check_targets(const Architecture& architecture, const Targets& targets, size_t rows);

/// The loss of one row of raw outputs `z`; writes `factor` times its gradient.
double row_loss(const Architecture& architecture, const Targets& targets, size_t row,
                const float* z, double factor, float* gradient);

}  // namespace mlo_torch
