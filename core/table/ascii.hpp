// Characters of cells, in any locale. Private to this room.
#pragma once

#include <string_view>

namespace mlo::table {

inline bool is_blank(char c) { return c == ' ' || c == '\t'; }

/// Without surrounding spaces and tabs.
inline std::string_view strip(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

inline bool is_digit(char c) { return c >= '0' && c <= '9'; }
inline char ascii_lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c; }

}  // namespace mlo::table
