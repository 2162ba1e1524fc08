#include "plugin/tensor.hpp"

#include <mlo/plugin.h>

#include "base/error.hpp"

namespace mlo::plugin {

namespace {

TensorView view(DType type, int rank, int64_t rows, int64_t columns, const void* data) {
  return {.dtype = type, .rank = rank, .shape = {rows, columns}, .data = data};
}

mlo_dtype abi_type(DType type) {
  switch (type) {
    case DType::float32:
      return {MLO_FLOAT, 32, 1};
    case DType::float64:
      return {MLO_FLOAT, 64, 1};
    case DType::int64:
      return {MLO_INT, 64, 1};
  }
  return {};
}

DType type_of(const mlo_dtype& type) {
  if (type.lanes == 1 && type.code == MLO_FLOAT && type.bits == 32) return DType::float32;
  if (type.lanes == 1 && type.code == MLO_FLOAT && type.bits == 64) return DType::float64;
  if (type.lanes == 1 && type.code == MLO_INT && type.bits == 64) return DType::int64;
  throw failure("the plugin returned a tensor of an unknown element type");
}

template <typename T>
std::span<const T> elements(const TensorView& tensor, DType type, const char* name) {
  if (tensor.dtype != type) throw failure(std::string("the tensor does not hold ") + name);
  return {static_cast<const T*>(tensor.data),
          static_cast<size_t>(tensor.rows() * tensor.columns())};
}

}  // namespace

TensorView TensorView::matrix(std::span<const double> values, int64_t rows, int64_t columns) {
  return view(DType::float64, 2, rows, columns, values.data());
}
TensorView TensorView::matrix(std::span<const int64_t> values, int64_t rows, int64_t columns) {
  return view(DType::int64, 2, rows, columns, values.data());
}
TensorView TensorView::vector(std::span<const double> values) {
  return view(DType::float64, 1, static_cast<int64_t>(values.size()), 0, values.data());
}
TensorView TensorView::vector(std::span<const int64_t> values) {
  return view(DType::int64, 1, static_cast<int64_t>(values.size()), 0, values.data());
}
TensorView TensorView::vector(std::span<const float> values) {
  return view(DType::float32, 1, static_cast<int64_t>(values.size()), 0, values.data());
}

std::span<const float> TensorView::floats() const {
  return elements<float>(*this, DType::float32, "float32");
}
std::span<const double> TensorView::doubles() const {
  return elements<double>(*this, DType::float64, "float64");
}
std::span<const int64_t> TensorView::integers() const {
  return elements<int64_t>(*this, DType::int64, "int64");
}

void TensorView::describe(mlo_tensor& out) const {
  out = mlo_tensor{.data = const_cast<void*>(data),
                   .device = {MLO_CPU, 0},
                   .ndim = rank,
                   .dtype = abi_type(dtype),
                   .shape = const_cast<int64_t*>(shape.data()),
                   .strides = nullptr,
                   .byte_offset = 0};
}

TensorView TensorView::of(const mlo_tensor& tensor) {
  if (tensor.device.device_type != MLO_CPU)
    throw failure("the plugin returned a tensor that is not in main memory");
  if (tensor.ndim < 1 || tensor.ndim > 2 || !tensor.shape)
    throw failure("the plugin returned a tensor of rank " + std::to_string(tensor.ndim));
  TensorView out;
  out.dtype = type_of(tensor.dtype);
  out.rank = tensor.ndim;
  for (int i = 0; i < tensor.ndim; ++i) out.shape[i] = tensor.shape[i];
  if (tensor.strides) {
    bool dense = tensor.strides[tensor.ndim - 1] == 1 &&
                 (tensor.ndim == 1 || tensor.strides[0] == tensor.shape[1]);
    if (!dense) throw failure("the plugin returned a tensor with gaps");
  }
  out.data = static_cast<const char*>(tensor.data) + tensor.byte_offset;
  return out;
}

}  // namespace mlo::plugin
