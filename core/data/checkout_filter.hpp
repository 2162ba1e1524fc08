// Which files of the selected paths a checkout is about: by glob and by size.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlo::data {

/// Globs are .gitignore's ('*', '?', '[a-z]', '**'), relative to the workspace root; one without a
/// slash is matched with the name alone, one that matches a directory takes everything below it.
struct CheckoutFilter {
  /// Of PATH arguments of which some are globs: the file must match one, or lie at or below one of the
  /// other paths.
  std::vector<std::string> only = {}, paths = {};
  std::vector<std::string> include = {};  ///< the file must match one of them, where there are any
  std::vector<std::string> exclude = {};  ///< and none of these
  uint64_t min_size = 0;
  uint64_t max_size = UINT64_MAX;

  bool wants(std::string_view path, uint64_t size) const;
  /// Whether every file is wanted.
  bool everything() const;
};

/// Whether one of the globs matches the path or a directory above it.
bool matches_any(const std::vector<std::string>& globs, std::string_view path);
/// Whether the text has a character of a glob.
bool is_glob(std::string_view text);

}  // namespace mlo::data
