// A borrowed view of a dense, row-major tensor, as the plugin ABI passes it, with its shape held by
// value. Copies are cheap; the data must outlive the view.
#pragma once

#include <array>
#include <cstdint>
#include <span>

struct mlo_tensor;

namespace mlo::plugin {

enum class DType { float32, float64, int64 };

struct TensorView {
  DType dtype = DType::float32;
  int rank = 0;                    ///< 1 or 2
  std::array<int64_t, 2> shape{};  ///< rows, columns
  const void* data = nullptr;

  static TensorView matrix(std::span<const double> values, int64_t rows, int64_t columns);
  static TensorView matrix(std::span<const int64_t> values, int64_t rows, int64_t columns);
  static TensorView vector(std::span<const double> values);
  static TensorView vector(std::span<const int64_t> values);
  static TensorView vector(std::span<const float> values);

  int64_t rows() const { return shape[0]; }
  int64_t columns() const { return rank == 2 ? shape[1] : 1; }
  /// The elements; throws (failure) if the type is another one.
  std::span<const float> floats() const;
  std::span<const double> doubles() const;
  std::span<const int64_t> integers() const;

  /// Fills the ABI struct; it points into this view, which must stay where it is.
  void describe(mlo_tensor& out) const;
  /// Checks what a plugin returned (CPU, dense, rank 1 or 2, a known type); throws otherwise.
  static TensorView of(const mlo_tensor& tensor);
};

}  // namespace mlo::plugin
