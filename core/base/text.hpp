// Text for people: nearest names, quoting, sizes, durations, and the UTF-8 rules for odd file
// names.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlo {

/// The candidate within a third of the length in Damerau-Levenshtein distance, the nearest first.
std::optional<std::string> nearest(std::string_view name, std::span<const std::string> candidates);
/// "did you mean 'x'?" or "known: a, b, c" (at most 12) for the hint of an unknown name.
std::string suggestion(std::string_view name, std::span<const std::string> candidates);

bool is_utf8(std::string_view text);
/// Each invalid byte becomes U+FFFD.
std::string replace_invalid_utf8(std::string_view text);
/// Printable form: invalid UTF-8 and control bytes as \xHH.
std::string printable(std::string_view bytes);
/// "1 object", "2 objects": for nouns that take an s.
std::string counted(uint64_t count, std::string_view noun);
/// printable() in single quotes, for messages. The exact overloads win over std::quoted, which
/// argument lookup finds wherever <iomanip> is included.
std::string quoted(std::string_view bytes);
/// quoted(), with "..." after the first 40 bytes; never cut inside a character.
std::string quoted_start(std::string_view text);
inline std::string quoted(const std::string& bytes) { return quoted(std::string_view(bytes)); }
inline std::string quoted(const char* bytes) { return quoted(std::string_view(bytes)); }
inline std::string quoted(std::string& bytes) { return quoted(std::string_view(bytes)); }
std::string base64(std::string_view bytes);

/// "3.0 KiB", "1.2 GiB".
std::string human_size(uint64_t bytes);
/// "840 ms", "3.2 s", "4 min 10 s".
std::string human_duration(int64_t nanoseconds);
/// Shortest text that reads back to the same double; "NaN", "Infinity", "-Infinity".
std::string number_text(double value);
/// Strict: the whole text is one finite-or-not decimal number (no hex, no surrounding spaces).
std::optional<double> parse_double(std::string_view text);
std::optional<int64_t> parse_int(std::string_view text);

std::vector<std::string_view> split(std::string_view text, char separator);
std::string join(std::span<const std::string> parts, std::string_view separator);
std::string_view trimmed(std::string_view text);
/// Only the digits 0-9 and a-f; true for "".
bool is_lower_hex(std::string_view text);

/// Width on a terminal (East Asian wide characters count 2, combining ones 0).
size_t display_width(std::string_view utf8);

/// "a/b" + "c" -> "a/b/c"; an absolute second part wins; an empty first part gives the second.
std::string join_path(std::string_view directory, std::string_view name);
std::string_view parent_path(std::string_view path);  ///< "" when there is none
std::string_view file_name(std::string_view path);
/// Lexical: removes ".", "..", "//" ; makes absolute against `base`.
std::string normal_path(std::string_view path, std::string_view base);
/// `path` below `root` as a relative path ("" for root itself); nullopt if outside.
std::optional<std::string> relative_to(std::string_view path, std::string_view root);

}  // namespace mlo
