// `.mloignore`: what `data add` and `data status` do not see inside a tracked directory. gitignore's
// syntax and meaning: '#' comments, '!' negation, trailing '/' for directories, a slash inside anchors
// the pattern to the file's directory, '*', '?', '[a-z]', '**'; the last match wins, and nothing
// below an ignored directory can be brought back.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "repo/glob.hpp"

namespace mlo::repo {

class IgnoreRules {
 public:
  IgnoreRules() = default;
  /// Adds the lines of a `.mloignore` lying in `directory` (relative to the workspace root, "" for it).
  /// Later files win, so add outer directories first.
  void add(std::string_view text, std::string_view directory);
  bool empty() const { return patterns_.empty(); }
  /// `path` relative to the workspace root. Asks only about this path: the walk does not descend into
  /// an ignored directory.
  bool ignored(std::string_view path, bool is_directory) const;

 private:
  struct Pattern {
    std::string base;  ///< directory with a final slash, or empty
    std::string glob;
    bool negated = false;
    bool directories_only = false;
    bool anchored = false;
  };
  std::vector<Pattern> patterns_;
};

/// `text` of a .gitignore with an anchored, escaped line for each of `names` (entries of its directory)
/// added, or for one removed; every other byte stays. Idempotent.
std::string with_ignore_lines(std::string_view text, std::span<const std::string> names);
inline std::string with_ignore_line(std::string_view text, std::string_view name) {
  const std::string one(name);
  return with_ignore_lines(text, std::span(&one, 1));
}
std::string without_ignore_line(std::string_view text, std::string_view name);

}  // namespace mlo::repo
