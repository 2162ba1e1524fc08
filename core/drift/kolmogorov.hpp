// The distribution of the one-sample Kolmogorov statistic, internal to the ks test: two large
// samples behave like one sample of n1*n2/(n1+n2) values.
#pragma once

#include <cstdint>

namespace mlo::drift {

/// P(D_n > d) for n values, two-sided; 1e-9 absolute or better for every n and d. Methods as
/// compared by Simard and L'Ecuyer (J. Stat. Softw. 39(11), 2011): Marsaglia-Tsang-Wang matrix
/// power, Smirnov's sum for the tail, Pelz-Good expansion for large n.
double kolmogorov_tail(uint64_t n, double d);

}  // namespace mlo::drift
