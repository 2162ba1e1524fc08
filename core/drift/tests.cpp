#include "drift/tests.hpp"

#include <algorithm>
#include <array>
#include <numeric>

#include "base/error.hpp"

namespace mlo::drift {
namespace {

/// Evidently's table: names, display names, column types, thresholds and which side of them is
/// drift. z and chisquare also take numbers, since the automatic choice gives them some.
constexpr std::array<Test, 16> kTests = {{
    {"ks", "K-S p_value", true, false, 0.05, Rule::at_most, ks},
    {"z", "Z-test p_value", true, true, 0.05, Rule::below, two_proportions},
    {"chisquare", "chi-square p_value", true, true, 0.05, Rule::below, chi_square},
    {"jensenshannon", "Jensen-Shannon distance", true, true, 0.1, Rule::at_least, jensen_shannon},
    {"wasserstein", "Wasserstein distance (normed)", true, false, 0.1, Rule::at_least, wasserstein},
    {"kl_div", "Kullback-Leibler divergence", true, true, 0.1, Rule::at_least, kullback_leibler},
    {"psi", "PSI", true, true, 0.1, Rule::at_least, psi},
    {"hellinger", "Hellinger distance", true, true, 0.1, Rule::at_least, hellinger},
    {"anderson", "Anderson-Darling", true, false, 0.1, Rule::below, anderson},
    {"cramer_von_mises", "Cramer-von Mises", true, false, 0.1, Rule::at_most, cramer_von_mises},
    {"ed", "Energy-distance", true, false, 0.1, Rule::above, energy_distance},
    {"es", "Epps-Singleton", true, false, 0.05, Rule::below, epps_singleton},
    {"t_test", "t_test", true, false, 0.05, Rule::below, t_test},
    {"mannw", "Mann-Whitney U-rank test", true, false, 0.05, Rule::below, mann_whitney},
    {"g_test", "g_test", false, true, 0.1, Rule::below, g_test},
    {"fisher_exact", "Fisher's Exact test", false, true, 0.1, Rule::below, fisher_exact},
}};

template <typename T, typename Add>
void merge(const Weighted<T>& a, const Weighted<T>& b, Add add) {
  size_t i = 0, j = 0;
  while (i < a.size() || j < b.size()) {
    bool left = j == b.size() || (i < a.size() && a.values[i] <= b.values[j]);
    bool right = i == a.size() || (j < b.size() && b.values[j] <= a.values[i]);
    const T& value = left ? a.values[i] : b.values[j];
    add(value, left ? a.counts[i] : 0, right ? b.counts[j] : 0);
    i += left ? 1 : 0;
    j += right ? 1 : 0;
  }
}

}  // namespace

size_t Pooled::reference_distinct() const {
  return static_cast<size_t>(
      std::count_if(reference.begin(), reference.end(), [](uint64_t count) { return count > 0; }));
}

Pooled pool(const ColumnProfile& reference, const ColumnProfile& current) {
  // A column without any value may have become either kind; the other side knows.
  if (reference.has_labels() != current.has_labels())
    throw failure("column '" + reference.name + "' holds " +
                  (reference.has_labels() ? "labels" : "numbers") + " in the reference and " +
                  (current.has_labels() ? "labels" : "numbers") + " in the current data");
  Pooled data;
  data.numeric = reference.type == ColumnType::numeric;
  auto add = [&](double value, uint64_t in_reference, uint64_t in_current) {
    data.values.push_back(value);
    data.reference.push_back(in_reference);
    data.current.push_back(in_current);
    data.reference_total += in_reference;
    data.current_total += in_current;
  };
  if (reference.has_labels())
    merge(reference.labels(), current.labels(),
          [&](const std::string&, uint64_t in_reference, uint64_t in_current) {
            add(static_cast<double>(data.size()), in_reference, in_current);
          });
  else
    merge(reference.numbers(), current.numbers(), add);
  return data;
}

bool Test::is_drift(double score, double limit) const {
  switch (rule) {
    case Rule::at_most:
      return score <= limit;
    case Rule::below:
      return score < limit;
    case Rule::at_least:
      return score >= limit;
    case Rule::above:
      return score > limit;
  }
  return false;
}

std::span<const Test> tests() { return kTests; }

const Test* find_test(std::string_view name) {
  for (const Test& test : kTests)
    if (test.name == name) return &test;
  return nullptr;
}

const Test& default_test(ColumnType type, uint64_t reference_rows, size_t distinct) {
  constexpr uint64_t kSmall = 1000;
  constexpr size_t kFewNumbers = 5;
  bool many = type == ColumnType::numeric && distinct > kFewNumbers;
  const char* name = nullptr;
  if (reference_rows > kSmall)
    name = many ? "wasserstein" : "jensenshannon";
  else
    name = many ? "ks" : distinct > 2 ? "chisquare" : "z";
  return *find_test(name);
}

}  // namespace mlo::drift
