#include "score/distributions.hpp"

#include <algorithm>
#include <cmath>

#include "base/text.hpp"
#include "drift/bins.hpp"

namespace mlo::score {
namespace {

using drift::ColumnProfile;
using drift::Numbers;

std::vector<double> shares(const std::vector<uint64_t>& counts, uint64_t total) {
  std::vector<double> result;
  for (uint64_t count : counts)
    result.push_back(static_cast<double>(count) / static_cast<double>(total));
  return result;
}

/// The smallest value that at least `share` of the rows do not exceed.
double quantile(const Numbers& numbers, double share) {
  auto wanted = static_cast<uint64_t>(share * static_cast<double>(numbers.total()));
  uint64_t below = 0;
  for (size_t i = 0; i < numbers.size(); ++i) {
    below += numbers.counts[i];
    if (below > wanted) return numbers.values[i];
  }
  return numbers.values.back();
}

struct Range {
  double low, high;
};

/// Both sides whole, unless a hundredth of the rows would take three quarters of the picture.
Range drawn_range(const Numbers& reference, const Numbers& current) {
  double low = std::min(reference.values.front(), current.values.front());
  double high = std::max(reference.values.back(), current.values.back());
  double inner_low = std::min(quantile(reference, 0.005), quantile(current, 0.005));
  double inner_high = std::max(quantile(reference, 0.995), quantile(current, 0.995));
  double inner = inner_high - inner_low;
  if (inner > 0 && high / 4 - low / 4 > inner) {
    low = std::max(low, inner_low - inner * 0.1);
    high = std::min(high, inner_high + inner * 0.1);
  }
  return {low, high};
}

bool all_whole(const Numbers& numbers) {
  return std::all_of(numbers.values.begin(), numbers.values.end(),
                     [](double value) { return std::trunc(value) == value; });
}

/// Bins that are as wide as whole numbers where all values are, so that none looks twice as full.
std::vector<double> drawn_edges(const Numbers& reference, const Numbers& current, size_t bars) {
  constexpr double kMost = 4e307;  // the range of larger ones would overflow; they count as outside
  Range range = drawn_range(reference, current);
  bool whole = all_whole(reference) && all_whole(current) && std::fabs(range.low) < 1e9 &&
               std::fabs(range.high) < 1e9;
  if (!whole) {
    double low = std::clamp(range.low, -kMost, kMost);
    double high = std::clamp(range.high, -kMost, kMost);
    double reach = low == high ? std::max(0.5, std::fabs(low) * 1e-3) : 0;
    return drift::equal_edges(low - reach, high + reach, bars);
  }
  double first = std::floor(range.low), last = std::ceil(range.high);
  double width = std::ceil((last - first + 1) / static_cast<double>(bars));
  std::vector<double> edges;
  for (double edge = first - 0.5; edge < last + 0.5; edge += width) edges.push_back(edge);
  edges.push_back(edges.back() + width);
  return edges;
}

DrawnColumn draw_numbers(const Numbers& reference, const Numbers& current, size_t bars) {
  DrawnColumn drawn;
  std::vector<double> edges = drawn_edges(reference, current, bars);
  auto in_reference = drift::histogram(reference.values, reference.counts, edges);
  auto in_current = drift::histogram(current.values, current.counts, edges);
  drawn.outside = reference.total() + current.total();
  for (uint64_t count : in_reference) drawn.outside -= count;
  for (uint64_t count : in_current) drawn.outside -= count;
  drawn.distribution.reference = shares(in_reference, reference.total());
  drawn.distribution.current = shares(in_current, current.total());
  drawn.distribution.edges = std::move(edges);
  return drawn;
}

struct Category {
  std::string label;
  double order = 0;  ///< the value of a number; for labels their place by bytes, "18-29" first
  double reference = 0, current = 0;
  /// What deserves a bar of its own: what is frequent, and more so what changed.
  double weight() const {
    return std::max(reference, current) + 2 * std::fabs(reference - current);
  }
};

template <typename T, typename Name>
std::vector<Category> categories_of(const drift::Weighted<T>& reference,
                                    const drift::Weighted<T>& current, Name name) {
  std::vector<Category> result;
  auto total_reference = static_cast<double>(reference.total());
  auto total_current = static_cast<double>(current.total());
  size_t i = 0, j = 0;
  while (i < reference.size() || j < current.size()) {
    bool left =
        j == current.size() || (i < reference.size() && reference.values[i] <= current.values[j]);
    bool right =
        i == reference.size() || (j < current.size() && current.values[j] <= reference.values[i]);
    Category category{name(left ? reference.values[i] : current.values[j])};
    if (left) category.reference = static_cast<double>(reference.counts[i++]) / total_reference;
    if (right) category.current = static_cast<double>(current.counts[j++]) / total_current;
    if constexpr (std::is_same_v<T, double>)
      category.order = left ? reference.values[i - 1] : current.values[j - 1];
    else
      category.order = static_cast<double>(result.size());
    result.push_back(std::move(category));
  }
  return result;
}

DrawnColumn draw_categories(std::vector<Category> all, size_t bars) {
  DrawnColumn drawn;
  std::stable_sort(all.begin(), all.end(),
                   [](const Category& a, const Category& b) { return a.weight() > b.weight(); });
  for (const Category& category : all)
    if (category.reference == 0) drawn.unseen.push_back(category.label);
  Category rest;
  if (all.size() > bars) {
    size_t others = all.size() - (bars - 1);
    for (size_t i = bars - 1; i < all.size(); ++i) {
      rest.reference += all[i].reference;
      rest.current += all[i].current;
    }
    all.resize(bars - 1);
    rest.label = std::to_string(others) + " others";
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const Category& a, const Category& b) { return a.order < b.order; });
  if (!rest.label.empty()) all.push_back(std::move(rest));
  for (Category& category : all) {
    drawn.distribution.labels.push_back(std::move(category.label));
    drawn.distribution.reference.push_back(category.reference);
    drawn.distribution.current.push_back(category.current);
  }
  return drawn;
}

}  // namespace

std::optional<DrawnColumn> draw_column(const ColumnProfile& reference, const ColumnProfile& current,
                                       size_t bars) {
  using drift::ColumnType;
  bool drawable =
      reference.type == ColumnType::numeric || reference.type == ColumnType::categorical;
  if (!drawable || reference.present() == 0 || current.present() == 0) return std::nullopt;
  if (reference.has_labels() != current.has_labels()) return std::nullopt;
  DrawnColumn drawn;
  if (reference.type == ColumnType::numeric)
    drawn = draw_numbers(reference.numbers(), current.numbers(), bars);
  else if (reference.has_labels())
    drawn = draw_categories(categories_of(reference.labels(), current.labels(),
                                          [](const std::string& label) { return label; }),
                            bars);
  else
    drawn =
        draw_categories(categories_of(reference.numbers(), current.numbers(), number_text), bars);
  drawn.distribution.title = printable(reference.name) + ": reference and current";
  return drawn;
}

}  // namespace mlo::score
