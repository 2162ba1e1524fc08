// Random numbers that are the same on every machine and in every standard library: splitmix64
// (Steele, Lea and Flood, 2014) as a stream and as a hash of a counter.
#pragma once

#include <cmath>
#include <cstdint>

namespace mlo_torch {

inline uint64_t mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}
inline constexpr uint64_t kGolden = 0x9e3779b97f4a7c15u;

class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() { return mix(state_ += kGolden); }
  /// [0, 1), 53 bits.
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  /// Box and Muller, one of the pair.
  double normal() {
    double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(6.283185307179586 * uniform());
  }

 private:
  uint64_t state_;
};

}  // namespace mlo_torch
