#include "kernels.hpp"

#define MLO_WIDTH 8
#define MLO_ROWS 4
#define MLO_COLUMNS 2

namespace mlo_torch::avx2 {

#include "kernels_body.hpp"

extern const Kernels kKernels;
const Kernels kKernels{"avx2", multiply, activate, activate_backward, add, adam, sgd};

}  // namespace mlo_torch::avx2
