#include "base/size.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/text.hpp"

namespace mlo {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

/// The factor of "", "b", "k", "kb", "kib"...; nullopt for another unit.
std::optional<double> unit_factor(std::string_view unit) {
  constexpr std::string_view kLetters = "kmgtp";
  if (unit.empty() || unit == "b") return 1;
  size_t power = kLetters.find(unit[0]);
  if (power == std::string_view::npos) return std::nullopt;
  std::string_view rest = unit.substr(1);
  if (rest != "" && rest != "b" && rest != "ib") return std::nullopt;
  return std::pow(rest == "b" ? 1000.0 : 1024.0, static_cast<double>(power + 1));
}

}  // namespace

std::optional<uint64_t> parse_size(std::string_view text) {
  std::string small;
  for (char c : text) small += lower(c);
  size_t digits = std::min(small.find_first_not_of("0123456789."), small.size());
  auto number = parse_double(std::string_view(small).substr(0, digits));
  auto factor = unit_factor(trimmed(std::string_view(small).substr(digits)));
  if (!number || !factor) return std::nullopt;
  double bytes = *number * *factor;
  if (!(bytes >= 0 && bytes < 9.2e18)) return std::nullopt;
  return static_cast<uint64_t>(std::llround(bytes));
}

std::optional<double> parse_share(std::string_view text) {
  bool percent = text.ends_with('%');
  if (percent) text.remove_suffix(1);
  auto number = parse_double(text);
  if (!number) return std::nullopt;
  double share = percent ? *number / 100 : *number;
  if (!(share > 0 && share <= 1)) return std::nullopt;
  return share;
}

}  // namespace mlo
