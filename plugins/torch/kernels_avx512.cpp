#include "kernels.hpp"

#define MLO_WIDTH 16
#define MLO_ROWS 6
#define MLO_COLUMNS 2

namespace mlo_torch::avx512 {

#include "kernels_body.hpp"

extern const Kernels kKernels;
const Kernels kKernels{"avx512", multiply, activate, activate_backward, add, adam, sgd};

}  // namespace mlo_torch::avx512
