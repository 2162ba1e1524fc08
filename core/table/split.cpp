#include "table/split.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/ascii.hpp"

namespace mlo::table {
namespace {

/// SplitMix64 (Steele, Lea, Flood, OOPSLA 2014).
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = state_ += 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  /// Uniform in [0, bound), without bias.
  uint64_t below(uint64_t bound) {
    uint64_t limit = ~0ull - ~0ull % bound;
    uint64_t value;
    do {
      value = next();
    } while (value >= limit);
    return value % bound;
  }

 private:
  uint64_t state_;
};

template <typename T>
void shuffle_with(std::vector<T>& items, Random& random) {
  for (size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i)]);
}

using Groups = std::vector<std::vector<uint32_t>>;

/// Rows by value, in order of the value (missing first), so that nothing depends on row order.
Groups groups_of(const Column& column) {
  std::map<std::string, std::vector<uint32_t>> by_text;
  std::map<double, std::vector<uint32_t>> by_number;
  Groups groups(1);
  for (uint32_t row = 0; row < column.size(); ++row) {
    if (column.is_missing(row)) {
      groups[0].push_back(row);
    } else if (column.is_string()) {
      by_text[column.dictionary[static_cast<size_t>(column.codes[row])]].push_back(row);
    } else {
      by_number[column.values[row]].push_back(row);
    }
  }
  if (groups[0].empty()) groups.clear();
  for (auto& [value, rows] : by_text) groups.push_back(std::move(rows));
  for (auto& [value, rows] : by_number) groups.push_back(std::move(rows));
  return groups;
}

struct Shares {
  explicit Shares(const SplitOptions& options) {
    double sum = options.train + options.validation + options.test;
    validation = options.validation / sum;
    test = options.test / sum;
  }
  double validation, test;
};

/// Cuts each group in its proportions; what one group rounds down the next one gets.
Split cut(Groups groups, const SplitOptions& options) {
  Shares shares(options);
  Random random(options.seed);
  Split split;
  size_t before = 0;
  auto share_of = [&](double share, size_t size) {
    auto until = [&](size_t rows) {
      return static_cast<size_t>(share * static_cast<double>(rows));
    };
    return until(before + size) - until(before);
  };
  for (std::vector<uint32_t>& group : groups) {
    shuffle_with(group, random);
    size_t validation = share_of(shares.validation, group.size());
    size_t test = std::min(share_of(shares.test, group.size()), group.size() - validation);
    auto first = group.begin(), second = first + static_cast<ptrdiff_t>(validation),
         third = second + static_cast<ptrdiff_t>(test);
    split.validation.insert(split.validation.end(), first, second);
    split.test.insert(split.test.end(), second, third);
    split.train.insert(split.train.end(), third, group.end());
    before += group.size();
  }
  return split;
}

std::optional<std::vector<uint32_t> Split::*> part_named(std::string text) {
  std::transform(text.begin(), text.end(), text.begin(), ascii_lower);
  if (text == "train" || text == "training") return &Split::train;
  if (text == "validation" || text == "valid" || text == "val") return &Split::validation;
  if (text == "test") return &Split::test;
  return std::nullopt;
}

std::string place(const Table& table, const Column& column, size_t row) {
  return table.name() + ":" + std::to_string(table.line(row)) + ": column " + quoted(column.name);
}

/// A misspelt part would make groups of them all, quietly.
[[noreturn]] void refuse_part(const Table& table, const Column& column, size_t code) {
  static const std::vector<std::string> kParts = {"train", "validation", "test"};
  auto first = std::find(column.codes.begin(), column.codes.end(), static_cast<int32_t>(code));
  const std::string& text = column.dictionary[code];
  throw failure(place(table, column, static_cast<size_t>(first - column.codes.begin())) + ": " +
                    quoted_start(text) + " is not the name of a part, other rows have one",
                suggestion(text, kParts));
}

/// nullopt when the column does not name parts.
std::optional<Split> labelled(const Table& table, const Column& column) {
  if (!column.is_string()) return std::nullopt;
  std::vector<std::vector<uint32_t> Split::*> parts;
  std::optional<size_t> other;
  for (size_t code = 0; code < column.dictionary.size(); ++code) {
    if (auto part = part_named(column.dictionary[code])) {
      parts.push_back(*part);
    } else if (!other) {
      other = code;
    }
  }
  if (parts.empty()) return std::nullopt;
  if (other) refuse_part(table, column, *other);
  Split split;
  for (uint32_t row = 0; row < column.size(); ++row) {
    if (column.codes[row] < 0) {
      throw failure(place(table, column, row) + " does not say to which part the row belongs");
    }
    (split.*parts[static_cast<size_t>(column.codes[row])]).push_back(row);
  }
  return split;
}

/// Whole groups, in shuffled order, to the part in which their first row falls.
Split by_groups(Groups groups, size_t rows, const SplitOptions& options) {
  Shares shares(options);
  Random random(options.seed);
  shuffle_with(groups, random);
  Split split;
  size_t before = 0;
  for (const std::vector<uint32_t>& group : groups) {
    double place = static_cast<double>(before) / static_cast<double>(rows);
    bool test = place >= 1 - shares.test, held = place >= 1 - shares.test - shares.validation;
    auto& part = test ? split.test : held ? split.validation : split.train;
    part.insert(part.end(), group.begin(), group.end());
    before += group.size();
  }
  return split;
}

Split drawn(const Table& table, const SplitOptions& options) {
  if (options.by == SplitBy::random) {
    std::vector<uint32_t> all(table.rows());
    std::iota(all.begin(), all.end(), 0u);
    return cut({std::move(all)}, options);
  }
  const Column& column = table.column(options.column);
  if (options.by == SplitBy::column) return by_groups(groups_of(column), table.rows(), options);
  Groups groups = groups_of(column);
  if (2 * groups.size() > table.rows()) {
    throw failure(table.name() + ": column " + quoted(column.name) + " has " +
                      std::to_string(groups.size()) + " distinct values in " +
                      std::to_string(table.rows()) + " rows, too many for a stratified split",
                  "use split: {by: random}");
  }
  return cut(std::move(groups), options);
}

}  // namespace

void shuffle(std::vector<uint32_t>& rows, uint64_t seed) {
  Random random(seed);
  shuffle_with(rows, random);
}

Split split_rows(const Table& table, const SplitOptions& options) {
  std::optional<Split> labels;
  if (options.by == SplitBy::column) labels = labelled(table, table.column(options.column));
  Split split = labels ? std::move(*labels) : drawn(table, options);
  auto require = [&](std::vector<uint32_t>& part, double share, const char* name) {
    std::sort(part.begin(), part.end());
    if (share <= 0 || !part.empty()) return;
    throw failure(table.name() + ": the split leaves no row for " + name + " (" +
                  counted(table.rows(), "row") + ")");
  };
  require(split.train, 1, "training");
  require(split.validation, labels ? 0 : options.validation, "validation");
  require(split.test, labels ? 0 : options.test, "test");
  return split;
}

}  // namespace mlo::table
