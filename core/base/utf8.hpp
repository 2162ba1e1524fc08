// Single characters of UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mlo {

/// Length of the well-formed sequence at the start of `text` (which is not empty), 0 if malformed.
size_t sequence_length(std::string_view text);
/// The character of the well-formed sequence of `length` bytes at the start of `text`.
uint32_t code_point(std::string_view text, size_t length);
/// `code` as UTF-8; a surrogate is written as the three bytes of its number.
void append_utf8(std::string& out, uint32_t code);

}  // namespace mlo
