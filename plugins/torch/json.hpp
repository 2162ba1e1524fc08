// The JSON that the host passes (architecture, options), as a tree. Small and strict enough for
// documents of canonical JSON; a plugin includes nothing of core, and LibTorch offers no reader.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mlo_torch {

/// What the user gave is wrong; becomes MLO_ERROR_ARGUMENT.
struct ArgumentError : std::runtime_error {
  using std::runtime_error::runtime_error;
};
/// The bytes are not what this plugin reads; becomes MLO_ERROR_FORMAT.
struct FormatError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

struct Json {
  enum class Kind { null, boolean, number, string, array, object };
  Kind kind = Kind::null;
  double number = 0;  ///< also 0 or 1 of a boolean
  std::string text;
  std::vector<Json> items;
  std::vector<std::pair<std::string, Json>> members;

  /// nullptr if absent or null.
  const Json* find(std::string_view key) const;
  /// Throw ArgumentError naming the key when the member is missing (and has no fallback) or of
  /// another kind or range.
  const Json& at(std::string_view key) const;
  int64_t integer(std::string_view key, int64_t least, int64_t most) const;
  double real(std::string_view key, double fallback, double least, double most) const;
  std::string string(std::string_view key, std::string_view fallback) const;
  std::vector<double> reals(std::string_view key) const;
  std::vector<int64_t> integers(std::string_view key, int64_t least, int64_t most) const;
};

Json parse_json(std::string_view text);
/// Shortest text that reads back to the same double.
std::string number_text(double value);

}  // namespace mlo_torch
