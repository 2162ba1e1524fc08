#include "data/checkout_filter.hpp"

#include <algorithm>

#include "base/text.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

bool matches(std::string_view glob, std::string_view path) {
  bool anchored = glob.find('/') != std::string_view::npos;
  if (glob.starts_with('/')) glob.remove_prefix(1);
  if (glob.ends_with('/')) glob.remove_suffix(1);
  for (; !path.empty(); path = parent_path(path)) {
    if (repo::glob_matches(glob, anchored ? path : file_name(path))) return true;
  }
  return false;
}

}  // namespace

bool matches_any(const std::vector<std::string>& globs, std::string_view path) {
  return std::any_of(globs.begin(), globs.end(),
                     [&](const std::string& glob) { return matches(glob, path); });
}

bool is_glob(std::string_view text) { return text.find_first_of("*?[") != std::string_view::npos; }

bool CheckoutFilter::everything() const {
  return only.empty() && include.empty() && exclude.empty() && min_size == 0 &&
         max_size == UINT64_MAX;
}

bool CheckoutFilter::wants(std::string_view path, uint64_t size) const {
  if (everything()) return true;
  auto below = [&](const std::string& prefix) { return relative_to(path, prefix).has_value(); };
  bool named =
      only.empty() || matches_any(only, path) || std::any_of(paths.begin(), paths.end(), below);
  return named && size >= min_size && size <= max_size &&
         (include.empty() || matches_any(include, path)) && !matches_any(exclude, path);
}

}  // namespace mlo::data
