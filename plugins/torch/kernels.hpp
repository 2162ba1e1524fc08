// The arithmetic of the built-in models: single precision, written so that every output element is
// one sum in a fixed order, whatever the tile, the batch, the number of threads or the instruction
// set. That is why a row gets the same bytes alone or in a batch, in train, predict, verify and
// serve, and why there is no fused multiply-add (its rounding differs; it would gain 1.5x on the
// large products). Compiled three times (SSE2, AVX2, AVX-512); the best that the CPU has is chosen
// once.
#pragma once

#include <cstddef>
#include <cstdint>

#include "architecture.hpp"

namespace mlo_torch {

/// Rows of weights and activations are padded to this many floats. Padding of weights and gradients
/// is zero; padding of activations is never read as input.
inline constexpr size_t kLanes = 16;
inline constexpr size_t padded(size_t width) { return (width + kLanes - 1) / kLanes * kLanes; }

struct Matrix {
  const float* data;
  ptrdiff_t row, column;  ///< strides: a transposed view costs nothing
};

struct AdamStep {
  float beta1, beta2, epsilon, weight_decay;
  float step_size;        ///< lr / (1 - beta1^t)
  float root_correction;  ///< 1 / sqrt(1 - beta2^t)
};
struct SgdStep {
  float lr, momentum, weight_decay;
};

struct Kernels {
  const char* name;
  /// c[m,n] = (start ? c : 0) + a[m,k] b[k,n]; n is a multiple of kLanes, b and c are row-major.
  void (*multiply)(size_t m, size_t n, size_t k, Matrix a, const float* b, size_t ldb, float* c,
                   size_t ldc, bool start);
  /// In place; count is a multiple of kLanes.
  void (*activate)(Activation activation, float* values, size_t count);
  /// gradient *= derivative at the activation's output.
  void (*activate_backward)(Activation activation, const float* outputs, float* gradient,
                            size_t count);
  void (*add)(float* sum, const float* values, size_t count);
  void (*adam)(float* weights, const float* gradient, float* first, float* second, size_t count,
               const AdamStep& step);
  void (*sgd)(float* weights, const float* gradient, float* velocity, size_t count,
              const SgdStep& step);
};

const Kernels& kernels();

}  // namespace mlo_torch
