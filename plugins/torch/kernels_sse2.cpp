#include "kernels.hpp"

#define MLO_WIDTH 4
#define MLO_ROWS 2
#define MLO_COLUMNS 4

namespace mlo_torch::sse2 {

#include "kernels_body.hpp"

extern const Kernels kKernels;
const Kernels kKernels{"sse2", multiply, activate, activate_backward, add, adam, sgd};

}  // namespace mlo_torch::sse2
