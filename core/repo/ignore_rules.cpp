#include "repo/ignore_rules.hpp"

#include "base/text.hpp"

namespace mlo::repo {
namespace {

bool class_contains(std::string_view body, unsigned char byte) {
  bool negated = !body.empty() && (body[0] == '!' || body[0] == '^');
  if (negated) body.remove_prefix(1);
  bool found = false;
  for (size_t i = 0; i < body.size(); ++i) {
    auto low = static_cast<unsigned char>(body[i]);
    if (low == '\\' && i + 1 < body.size()) low = static_cast<unsigned char>(body[++i]);
    auto high = low;
    if (i + 2 < body.size() && body[i + 1] == '-') {
      high = static_cast<unsigned char>(body[i + 2]);
      i += 2;
    }
    found = found || (low <= byte && byte <= high);
  }
  return found != negated && byte != '/';
}

/// Index of the ']' that closes the class beginning at `open`, or npos. A ']' first in it is literal.
size_t class_end(std::string_view glob, size_t open) {
  size_t i = open + 1;
  if (i < glob.size() && (glob[i] == '!' || glob[i] == '^')) ++i;
  if (i < glob.size() && glob[i] == ']') ++i;
  for (; i < glob.size(); ++i) {
    if (glob[i] == '\\') {
      ++i;
    } else if (glob[i] == ']') {
      return i;
    }
  }
  return std::string_view::npos;
}

bool match(std::string_view glob, std::string_view path);

/// "**/" at the front of `glob`: zero or more whole directories.
bool match_directories(std::string_view rest, std::string_view path) {
  for (;;) {
    if (match(rest, path)) return true;
    size_t slash = path.find('/');
    if (slash == std::string_view::npos) return false;
    path.remove_prefix(slash + 1);
  }
}

bool match_star(std::string_view rest, std::string_view path) {
  for (size_t taken = 0;; ++taken) {
    if (match(rest, path.substr(taken))) return true;
    if (taken == path.size() || path[taken] == '/') return false;
  }
}

bool match(std::string_view glob, std::string_view path) {
  while (!glob.empty()) {
    if (glob.starts_with("**/")) return match_directories(glob.substr(3), path);
    if (glob == "**") return true;
    if (glob[0] == '*') {
      size_t stars = glob.find_first_not_of('*');
      return match_star(stars == std::string_view::npos ? "" : glob.substr(stars), path);
    }
    if (path.empty()) return false;
    size_t close = glob[0] == '[' ? class_end(glob, 0) : std::string_view::npos;
    if (close != std::string_view::npos) {
      auto byte = static_cast<unsigned char>(path[0]);
      if (!class_contains(glob.substr(1, close - 1), byte)) return false;
      glob.remove_prefix(close + 1);
    } else if (glob[0] == '?') {
      if (path[0] == '/') return false;
      glob.remove_prefix(1);
    } else {
      if (glob[0] == '\\' && glob.size() > 1) glob.remove_prefix(1);
      if (glob[0] != path[0]) return false;
      glob.remove_prefix(1);
    }
    path.remove_prefix(1);
  }
  return path.empty();
}

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

bool glob_matches(std::string_view glob, std::string_view path) { return match(glob, path); }

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
    if (match(pattern->glob, pattern->anchored ? below : file_name(below))) {
      return !pattern->negated;
    }
  }
  return false;
}

std::string with_ignore_line(std::string_view text, std::string_view name) {
  std::string line = escaped(name);
  for (std::string_view present : split(text, '\n')) {
    if (present.ends_with('\r')) present.remove_suffix(1);
    if (present == line) return std::string(text);
  }
  std::string result(text);
  bool windows = text.ends_with("\r\n");
  if (!result.empty() && result.back() != '\n') result += '\n';
  return result + line + (windows ? "\r\n" : "\n");
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
