#include "table/value_text.hpp"

#include <fast_float/fast_float.h>

#include <array>
#include <charconv>
#include <cmath>

#include "table/ascii.hpp"

namespace mlo::table {
namespace {

/// Up to nine digits and nothing else: most numbers of most tables, at a third of the general cost.
std::optional<double> short_integer(std::string_view text) {
  if (text.empty() || text.size() > 9) return std::nullopt;
  uint32_t value = 0;
  for (char c : text) {
    if (!is_digit(c)) return std::nullopt;
    value = value * 10 + static_cast<uint32_t>(c - '0');
  }
  return value;
}

/// ASCII, `lower` is in lower case.
bool same_word(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (ascii_lower(text[i]) != lower[i]) return false;
  }
  return true;
}

}  // namespace

bool is_missing(std::string_view text) {
  text = strip(text);
  if (text.empty()) return true;
  constexpr std::string_view kFirst = "Nn<#-1";
  if (text.size() > 8 || kFirst.find(text[0]) == std::string_view::npos) return false;
  static constexpr std::array<std::string_view, 18> kWords = {
      "NA",   "NaN",  "nan",  "null", "NULL", "None",     "N/A",     "n/a",     "<NA>",
      "#N/A", "-nan", "-NaN", "Null", "none", "#N/A N/A", "-1.#IND", "1.#QNAN", "1.#IND"};
  for (std::string_view word : kWords) {
    if (text == word) return true;
  }
  return text == "-1.#QNAN";
}

std::optional<double> parse_number(std::string_view text) {
  if (auto whole = short_integer(text)) return *whole;
  text = strip(text);
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  double value;
  auto result = fast_float::from_chars(text.data(), text.data() + text.size(), value);
  bool overflow = result.ec == std::errc::result_out_of_range;
  if (result.ptr != text.data() + text.size()) return std::nullopt;
  if (result.ec != std::errc() && !overflow) return std::nullopt;
  if (std::isnan(value)) return std::nullopt;
  return value;
}

std::optional<bool> parse_boolean(std::string_view text) {
  text = strip(text);
  if (text.size() == 1) {
    switch (text[0] | 0x20) {
      case 't':
      case 'y':
        return true;
      case 'f':
      case 'n':
        return false;
    }
    if (text[0] == '1') return true;
    if (text[0] == '0') return false;
    return std::nullopt;
  }
  if (same_word(text, "true") || same_word(text, "yes") || same_word(text, "on")) return true;
  if (same_word(text, "false") || same_word(text, "no") || same_word(text, "off")) return false;
  return std::nullopt;
}

bool is_boolean_word(std::string_view text) {
  text = strip(text);
  return same_word(text, "true") || same_word(text, "yes") || same_word(text, "false") ||
         same_word(text, "no");
}

std::string_view category_text(double number, char (&buffer)[32]) {
  if (number == 0) number = 0;  // -0 is 0
  char* end = buffer + sizeof buffer;
  bool whole = std::abs(number) < 1e15 && number == std::trunc(number);
  auto result = whole ? std::to_chars(buffer, end, static_cast<int64_t>(number))
                      : std::to_chars(buffer, end, number);
  return {buffer, static_cast<size_t>(result.ptr - buffer)};
}

bool is_plain_number(std::string_view text) {
  std::string_view digits = text.substr(text.starts_with('-') ? 1 : 0);
  if (digits.empty() || (!is_digit(digits[0]) && digits[0] != '.')) return false;
  if (digits.size() > 1 && digits[0] == '0' && is_digit(digits[1])) return false;
  if (is_blank(digits.back())) return false;
  // Beyond 15 digits two different texts may be one double.
  size_t count = 0;
  for (char c : digits) count += is_digit(c) ? 1 : 0;
  if (count > 15) return false;
  auto number = parse_number(digits);
  return number && std::isfinite(*number);
}

}  // namespace mlo::table
