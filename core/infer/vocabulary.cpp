#include "infer/vocabulary.hpp"

#include <algorithm>

#include "table/value_text.hpp"

namespace mlo::infer {
namespace {

using table::Cell;

/// Distinct and sorted by bytes; plain numbers in their shortest form. Returns whether all are numbers.
bool normalise(std::vector<std::string>& values) {
  bool numbers = !values.empty() && std::all_of(values.begin(), values.end(), [](const auto& text) {
    return table::is_plain_number(text);
  });
  if (numbers) {
    char buffer[32];
    for (std::string& text : values) {
      text = table::category_text(*table::parse_number(text), buffer);
    }
  }
  std::sort(values.begin(), values.end());
  values.erase(std::unique(values.begin(), values.end()), values.end());
  return numbers;
}

}  // namespace

Vocabulary::Vocabulary(std::vector<std::string> values) {
  numbers_ = normalise(values);
  for (const std::string& value : values) dictionary_.add(value);
}

int64_t Vocabulary::code(std::string_view text) const {
  // A missing word is never in the dictionary, so the usual case is one look-up.
  int32_t found = dictionary_.find(text);
  if (found >= 0) return kFirst + found;
  if (table::is_missing(text)) return kMissing;
  if (!numbers_) return kUnseen;
  auto number = table::parse_number(text);
  return number ? code_of_number(*number) : kUnseen;
}

int64_t Vocabulary::code_of_number(double number) const {
  char buffer[32];
  int32_t found = dictionary_.find(table::category_text(number, buffer));
  return found >= 0 ? kFirst + found : kUnseen;
}

int64_t Vocabulary::code_of_boolean(bool value) const {
  // Python writes True, spreadsheets TRUE, JSON true.
  static constexpr std::string_view kSpellings[2][3] = {{"false", "False", "FALSE"},
                                                        {"true", "True", "TRUE"}};
  for (std::string_view spelling : kSpellings[value ? 1 : 0]) {
    int32_t found = dictionary_.find(spelling);
    if (found >= 0) return kFirst + found;
  }
  return kUnseen;
}

int64_t Vocabulary::code(const Cell& cell) const {
  switch (cell.kind()) {
    case Cell::Kind::text:
      return code(cell.as_text());
    case Cell::Kind::number:
      if (const auto exact = cell.exact_integer()) return code(std::to_string(*exact));
      return code_of_number(cell.as_number());
    case Cell::Kind::boolean:
      return code_of_boolean(cell.as_boolean());
    case Cell::Kind::date:
      return code(table::date_text(cell.as_number()));
    case Cell::Kind::absent:
    case Cell::Kind::missing:
    case Cell::Kind::nested:
      break;
  }
  return kMissing;
}

std::vector<std::string> classes_of(std::vector<std::string> values) {
  if (normalise(values)) {
    std::sort(values.begin(), values.end(), [](const std::string& a, const std::string& b) {
      return *table::parse_number(a) < *table::parse_number(b);
    });
  }
  return values;
}

}  // namespace mlo::infer
