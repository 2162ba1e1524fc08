#include "table/column_builder.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/text.hpp"
#include "table/typed_cell.hpp"
#include "table/value_text.hpp"

namespace mlo::table {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::optional<double> parse_typed(std::string_view text, Type type) {
  if (type == Type::date) return parse_date(text);
  if (auto value = parse_boolean(text)) return *value ? 1.0 : 0.0;
  return std::nullopt;
}

}  // namespace

ColumnBuilder::ColumnBuilder(std::string name, size_t field, std::optional<Type> type)
    : name_(std::move(name)),
      field_(field),
      declared_(type),
      is_numeric_(!type.has_value() || *type == Type::numeric) {}

void ColumnBuilder::add_number(std::string_view text) {
  if (auto number = parse_number(text)) {
    if (std::isinf(*number) && !infinite_) infinite_ = values_.size();
    values_.push_back(*number);
  } else if (table::is_missing(text)) {
    values_.push_back(kMissing);
  } else if (declared_) {
    throw misfit(values_.size(), text, Type::numeric);
  } else {
    is_numeric_ = false;
    prefix_ = values_.size();
    values_ = {};
    codes_.push_back(code_of(text));
  }
}

int32_t ColumnBuilder::code_of(std::string_view text) {
  // Missing words are never in the dictionary, so the usual case is one look-up.
  if (int32_t known = dictionary_.find(text); known >= 0) return known;
  return table::is_missing(text) ? -1 : dictionary_.add(text);
}

CellProblem ColumnBuilder::misfit(size_t row, std::string_view text, Type type) const {
  std::string message =
      "column " + quoted(name_) + ": " + quoted_start(text) + " is not " + noun_of(type);
  if (declared_) return {field_, row, std::move(message), ""};
  return {field_, row, std::move(message) + ", but most of its values are",
          "correct the cell, or declare the column: columns: {" + name_ + ": categorical}"};
}

Column ColumnBuilder::finish() && {
  if (is_numeric_) return finish_numeric();
  codes_.insert(codes_.begin(), codes_of_prefix_.begin(), codes_of_prefix_.end());
  Type type = declared_ ? *declared_ : infer();
  if (type == Type::boolean || type == Type::date) return finish_typed(type);
  return finish_strings(type);
}

Column ColumnBuilder::finish_numeric() {
  if (infinite_) {
    throw CellProblem{field_, *infinite_, "column " + quoted(name_) + ": an infinite number",
                      "leave the cell empty if the value is not known"};
  }
  Column column;
  column.name = name_;
  column.type = Type::numeric;
  column.values = std::move(values_);
  for (double value : column.values) column.missing += std::isnan(value) ? 1 : 0;
  return column;
}

Column ColumnBuilder::finish_strings(Type type) {
  Column column;
  column.name = name_;
  column.type = type;
  column.missing = static_cast<size_t>(std::count(codes_.begin(), codes_.end(), -1));
  column.codes = std::move(codes_);
  column.dictionary = dictionary_.take();
  return column;
}

std::vector<std::string> ColumnBuilder::spellings(const std::vector<double>& meaning) const {
  std::vector<std::string> words = {"false", "true"};
  for (double value : {0.0, 1.0}) {
    auto first = std::find(meaning.begin(), meaning.end(), value);
    if (first == meaning.end()) continue;
    words[value != 0] = dictionary_.values()[static_cast<size_t>(first - meaning.begin())];
  }
  return words;
}

Column ColumnBuilder::finish_typed(Type type) {
  std::vector<double> meaning;
  for (size_t code = 0; code < dictionary_.size(); ++code) {
    auto value = parse_typed(dictionary_.values()[code], type);
    if (!value) {
      throw misfit(first_row_with(static_cast<int32_t>(code)), dictionary_.values()[code], type);
    }
    meaning.push_back(*value);
  }
  Column column;
  column.name = name_;
  column.type = type;
  if (type == Type::boolean) column.dictionary = spellings(meaning);
  column.values.reserve(codes_.size());
  for (int32_t code : codes_) {
    column.values.push_back(code < 0 ? kMissing : meaning[static_cast<size_t>(code)]);
    column.missing += code < 0 ? 1 : 0;
  }
  return column;
}

size_t ColumnBuilder::first_row_with(int32_t code) const {
  return static_cast<size_t>(std::find(codes_.begin(), codes_.end(), code) - codes_.begin());
}

template <typename Fits>
bool ColumnBuilder::all_fit(Fits fits, Type type, const std::vector<size_t>& counts) const {
  size_t rows = 0, fitting = 0;
  std::optional<size_t> first;
  for (size_t code = 0; code < counts.size(); ++code) {
    bool good = fits(dictionary_.values()[code]);
    rows += counts[code];
    fitting += good ? counts[code] : 0;
    if (!good && !first) first = code;
  }
  if (!first) return true;
  if (type != Type::boolean && 2 * fitting >= rows) {
    throw misfit(first_row_with(static_cast<int32_t>(*first)), dictionary_.values()[*first], type);
  }
  return false;
}

Type ColumnBuilder::infer() {
  std::vector<size_t> counts(dictionary_.size());
  for (int32_t code : codes_) {
    if (code >= 0) ++counts[static_cast<size_t>(code)];
  }
  auto is_number = [](const std::string& text) { return parse_number(text).has_value(); };
  auto is_date = [](const std::string& text) { return parse_date(text).has_value(); };
  if (all_fit(is_boolean_word, Type::boolean, counts)) return Type::boolean;
  if (all_fit(is_date, Type::date, counts)) return Type::date;
  all_fit(is_number, Type::numeric, counts);  // throws when it is mostly numbers
  size_t values = 0, bytes = 0, distinct = dictionary_.size();
  for (size_t code = 0; code < distinct; ++code) {
    values += counts[code];
    bytes += counts[code] * dictionary_.values()[code].size();
  }
  bool many = distinct > 50 && 2 * distinct > values;
  bool is_long = distinct > 20 && bytes > 40 * values;
  return many || is_long ? Type::text : Type::categorical;
}

}  // namespace mlo::table
