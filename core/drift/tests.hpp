// The statistical tests of drift checks, under Evidently's names, thresholds and drift rules
// A score is a p-value for tests and a distance otherwise; distances agree with Evidently 0.7 to
// 1e-12 relative, p-values to 1e-12 absolute (asymptotic ks: 1e-9). Pure functions; Boost.Math
// stays in the .cpp files.
//
// Where Evidently cannot answer, these do: g_test rescales the expected counts when sizes differ,
// and fisher_exact takes unequal sizes. The exact cramer_von_mises is scipy's: Evidently's copy of
// it counts in half precision. Integer columns are binned like real ones (numpy 1's rule; numpy 2
// widens their bins to whole numbers). TVD and empirical_mmd are left out: their scores depend on
// the order of the rows and on unseeded random numbers.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "drift/profile.hpp"

namespace mlo::drift {

/// The union of the distinct values of both sides, ascending, with how often each side has it. The
/// one input of all tests. For labels, `values` are 0, 1, 2, ... in order of bytes.
struct Pooled {
  std::vector<double> values;
  std::vector<uint64_t> reference, current;
  uint64_t reference_total = 0, current_total = 0;
  bool numeric = true;  ///< false: values are categories, whatever they look like
  size_t size() const { return values.size(); }
  /// Distinct values of the reference alone.
  size_t reference_distinct() const;
};

/// Both columns must hold numbers, or both labels; throws otherwise. `type` is the reference's.
Pooled pool(const ColumnProfile& reference, const ColumnProfile& current);

/// When a score means drift. Strict and not strict as in Evidently.
enum class Rule { at_most, below, at_least, above };

struct Test {
  std::string_view name;      ///< as in mlo.yaml: "ks"
  std::string_view title;     ///< Evidently's display name: "K-S p_value"
  bool numeric, categorical;  ///< the column types that it takes
  double threshold;
  Rule rule;
  /// Neither side is empty. Throws mlo::Error (failure) where the data do not admit the test.
  double (*score)(const Pooled&);

  bool is_drift(double score, double threshold) const;
  /// Scores below mean drift: the score is a p-value.
  bool is_p_value() const { return rule == Rule::at_most || rule == Rule::below; }
};

std::span<const Test> tests();
/// nullptr if unknown.
const Test* find_test(std::string_view name);
/// Evidently's automatic choice: by type, reference rows that have a value, and the number of
/// distinct values on both sides together.
const Test& default_test(ColumnType type, uint64_t reference_rows, size_t distinct);

double ks(const Pooled& data);                ///< two-sample Kolmogorov-Smirnov, two-sided p
double cramer_von_mises(const Pooled& data);  ///< two-sample p
double anderson(const Pooled& data);  ///< k-sample Anderson-Darling, midrank, p in [.001, .25]
double epps_singleton(const Pooled& data);   ///< p
double t_test(const Pooled& data);           ///< Student, equal variances, two-sided p
double mann_whitney(const Pooled& data);     ///< p of "reference is smaller", as Evidently asks it
double wasserstein(const Pooled& data);      ///< W1 / max(std of the reference, 0.001)
double energy_distance(const Pooled& data);  ///< sqrt(2 * integral of (F - G)^2)
double jensen_shannon(const Pooled& data);   ///< distance, natural logarithm
double kullback_leibler(const Pooled& data);
double psi(const Pooled& data);  ///< population stability index
double hellinger(const Pooled& data);
double chi_square(const Pooled& data);       ///< p
double two_proportions(const Pooled& data);  ///< "z", p
double g_test(const Pooled& data);           ///< p
double fisher_exact(const Pooled& data);     ///< two-sided p; at most two categories

}  // namespace mlo::drift
