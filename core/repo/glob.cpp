#include "repo/glob.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace mlo::repo {
namespace {

bool in_range(unsigned char byte, char low, char high) {
  return static_cast<unsigned char>(low) <= byte && byte <= static_cast<unsigned char>(high);
}

// <cctype> follows the locale; git does not.
bool is_lower(unsigned char c) { return in_range(c, 'a', 'z'); }
bool is_upper(unsigned char c) { return in_range(c, 'A', 'Z'); }
bool is_digit(unsigned char c) { return in_range(c, '0', '9'); }
bool is_alpha(unsigned char c) { return is_lower(c) || is_upper(c); }
bool is_alnum(unsigned char c) { return is_alpha(c) || is_digit(c); }
bool is_blank(unsigned char c) { return c == ' ' || c == '\t'; }
bool is_cntrl(unsigned char c) { return c < 0x20 || c == 0x7f; }
bool is_graph(unsigned char c) { return in_range(c, '!', '~'); }
bool is_print(unsigned char c) { return in_range(c, ' ', '~'); }
bool is_punct(unsigned char c) { return is_graph(c) && !is_alnum(c); }
bool is_space(unsigned char c) { return c == ' ' || in_range(c, '\t', '\r'); }
bool is_xdigit(unsigned char c) {
  return is_digit(c) || in_range(c, 'a', 'f') || in_range(c, 'A', 'F');
}

struct PosixClass {
  std::string_view name;
  bool (*contains)(unsigned char);
};

constexpr std::array<PosixClass, 12> kClasses = {{{"alnum", is_alnum},
                                                  {"alpha", is_alpha},
                                                  {"blank", is_blank},
                                                  {"cntrl", is_cntrl},
                                                  {"digit", is_digit},
                                                  {"graph", is_graph},
                                                  {"lower", is_lower},
                                                  {"print", is_print},
                                                  {"punct", is_punct},
                                                  {"space", is_space},
                                                  {"upper", is_upper},
                                                  {"xdigit", is_xdigit}}};

std::optional<bool> in_posix_class(std::string_view name, unsigned char byte) {
  for (const PosixClass& known : kClasses) {
    if (known.name == name) return known.contains(byte);
  }
  return std::nullopt;
}

struct Bracket {
  bool matches = false;
  size_t size = 0;  ///< of the expression in the pattern
};

/// The bracket expression at the front of `glob` on one byte; nullopt when it is malformed.
std::optional<Bracket> match_bracket(std::string_view glob, unsigned char byte) {
  size_t i = 1;
  bool negated = i < glob.size() && (glob[i] == '!' || glob[i] == '^');
  if (negated) ++i;
  bool found = false;
  for (bool first = true;; first = false) {
    if (i >= glob.size()) return std::nullopt;
    if (glob[i] == ']' && !first) break;
    if (glob.substr(i).starts_with("[:")) {
      size_t end = glob.find(']', i + 2);
      if (end == std::string_view::npos) return std::nullopt;
      if (end > i + 2 && glob[end - 1] == ':') {
        auto inside = in_posix_class(glob.substr(i + 2, end - 1 - (i + 2)), byte);
        if (!inside) return std::nullopt;
        found = found || *inside;
        i = end + 1;
        continue;
      }
    }
    if (glob[i] == '\\' && ++i >= glob.size()) return std::nullopt;
    char low = glob[i++];
    char high = low;
    if (i + 1 < glob.size() && glob[i] == '-' && glob[i + 1] != ']') {
      ++i;
      if (glob[i] == '\\' && ++i >= glob.size()) return std::nullopt;
      high = glob[i++];
    }
    found = found || in_range(byte, low, high);
  }
  return Bracket{found != negated && byte != '/', i + 1};
}

/// How many bytes of the pattern match one byte of the path; 0 when it does not, npos when the
/// pattern is malformed.
size_t match_one(std::string_view glob, char c) {
  if (glob[0] == '?') return c != '/' ? 1 : 0;
  if (glob[0] == '[') {
    auto bracket = match_bracket(glob, static_cast<unsigned char>(c));
    if (!bracket) return std::string_view::npos;
    return bracket->matches ? bracket->size : 0;
  }
  if (glob[0] == '\\') {
    if (glob.size() < 2) return std::string_view::npos;
    return glob[1] == c ? 2 : 0;
  }
  return glob[0] == c ? 1 : 0;
}

/// Where to go on when the rest of the pattern did not match: the rest, and what the star before it
/// has taken of the path.
struct Retry {
  size_t glob = std::string_view::npos;
  size_t path = 0;
  explicit operator bool() const { return glob != std::string_view::npos; }
};

}  // namespace

// Of several stars only the last needs another try: what an earlier one takes more, the later one
// could have taken as well. A '*' ends at the '/' that ends its name, so "**/" is tried after it.
bool glob_matches(std::string_view glob, std::string_view path) {
  Retry star, directories;
  size_t g = 0, p = 0;
  auto try_again = [&] {
    if (star && star.path < path.size() && path[star.path] != '/') {
      p = ++star.path;
      g = star.glob;
      return true;
    }
    star = {};
    if (!directories) return false;
    size_t slash = path.find('/', directories.path);
    if (slash == std::string_view::npos) return false;
    p = directories.path = slash + 1;
    g = directories.glob;
    return true;
  };
  for (;;) {
    bool begins = g == 0 || glob[g - 1] == '/';
    std::string_view rest = glob.substr(g);
    if (rest.starts_with('*')) {
      size_t stars = std::min(rest.find_first_not_of('*'), rest.size());
      bool whole = begins && stars > 1;
      g += stars;
      if (whole && g == glob.size()) return true;
      if (whole && glob[g] == '/') {
        directories = {++g, p};
        star = {};
      } else {
        star = {g, p};
      }
      continue;
    }
    size_t used = 0;
    if (rest.empty()) {
      if (p == path.size()) return true;
    } else if (p < path.size()) {
      used = match_one(rest, path[p]);
      if (used == std::string_view::npos) return false;
    }
    if (used > 0) {
      g += used;
      ++p;
    } else if (!try_again()) {
      return false;
    }
  }
}

}  // namespace mlo::repo
