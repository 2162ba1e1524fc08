#include "repo/ignore_rules.hpp"

#include <unordered_set>

#include "base/text.hpp"

namespace mlo::repo {
namespace {

std::string_view without_trailing_spaces(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  while (line.ends_with(' ') && !line.ends_with("\\ ")) line.remove_suffix(1);
  return line;
}

std::string escaped(std::string_view name) {
  std::string line = "/";
  for (char c : name) {
    if (c == '\\' || c == '*' || c == '?' || c == '[' || c == ' ') line += '\\';
    line += c;
  }
  return line;
}

}  // namespace

void IgnoreRules::add(std::string_view text, std::string_view directory) {
  if (text.starts_with("\xEF\xBB\xBF")) text.remove_prefix(3);
  std::string base = directory.empty() ? "" : std::string(directory) + "/";
  for (std::string_view line : split(text, '\n')) {
    line = without_trailing_spaces(line);
    if (line.empty() || line[0] == '#') continue;
    Pattern pattern;
    pattern.base = base;
    if (line[0] == '!') {
      pattern.negated = true;
      line.remove_prefix(1);
    }
    if (line.ends_with('/')) {
      pattern.directories_only = true;
      line.remove_suffix(1);
    }
    pattern.anchored = line.find('/') != std::string_view::npos;
    if (line.starts_with('/')) line.remove_prefix(1);
    if (line.empty()) continue;
    pattern.glob = line;
    patterns_.push_back(std::move(pattern));
  }
}

bool IgnoreRules::ignored(std::string_view path, bool is_directory) const {
  for (auto pattern = patterns_.rbegin(); pattern != patterns_.rend(); ++pattern) {
    if (pattern->directories_only && !is_directory) continue;
    if (!path.starts_with(pattern->base)) continue;
    std::string_view below = path.substr(pattern->base.size());
    if (glob_matches(pattern->glob, pattern->anchored ? below : file_name(below))) {
      return !pattern->negated;
    }
  }
  return false;
}

std::string with_ignore_lines(std::string_view text, std::span<const std::string> names) {
  std::unordered_set<std::string> present;
  for (std::string_view line : split(text, '\n')) {
    if (line.ends_with('\r')) line.remove_suffix(1);
    present.emplace(line);
  }
  std::string result(text);
  const char* end = text.ends_with("\r\n") ? "\r\n" : "\n";
  for (const std::string& name : names) {
    std::string line = escaped(name);
    if (!present.insert(line).second) continue;
    if (!result.empty() && result.back() != '\n') result += '\n';
    result += line + end;
  }
  return result;
}

std::string without_ignore_line(std::string_view text, std::string_view name) {
  std::string line = escaped(name), result;
  while (!text.empty()) {
    size_t end = text.find('\n');
    std::string_view whole = text.substr(0, end == std::string_view::npos ? end : end + 1);
    std::string_view content = whole;
    while (content.ends_with('\n') || content.ends_with('\r')) content.remove_suffix(1);
    if (content != line) result += whole;
    text.remove_prefix(whole.size());
  }
  return result;
}

}  // namespace mlo::repo
