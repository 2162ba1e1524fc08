#include "kernels.hpp"

namespace mlo_torch {

namespace sse2 {
extern const Kernels kKernels;
}
#if defined(__x86_64__)
namespace avx2 {
extern const Kernels kKernels;
}
namespace avx512 {
extern const Kernels kKernels;
}
#endif

const Kernels& kernels() {
#if defined(__x86_64__)
  static const Kernels& best = __builtin_cpu_supports("avx512f") ? avx512::kKernels
                               : __builtin_cpu_supports("avx2")  ? avx2::kKernels
                                                                 : sse2::kKernels;
  return best;
#else
  return sse2::kKernels;  // plain vector extensions: any CPU that the compiler knows
#endif
}

}  // namespace mlo_torch
