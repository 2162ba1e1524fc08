// Treats denormal floats as zero while in scope, on this thread. Moments of dead units decay into them,
// and a step that meets denormals takes fifty times as long. Every path of the built-in models has
// it on, so that their bytes agree.
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace mlo_torch {

class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | 0x8040); }
  ~FlushDenormals() { _mm_setcsr(before_); }
#else
  FlushDenormals() = default;
#endif
  FlushDenormals(const FlushDenormals&) = delete;

 private:
#if defined(__x86_64__)
  unsigned before_;
#endif
};

}  // namespace mlo_torch
