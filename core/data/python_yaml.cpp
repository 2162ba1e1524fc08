#include "data/python_yaml.hpp"

#include <algorithm>
#include <cmath>
#include <string_view>

#include "base/text.hpp"
#include "base/utf8.hpp"

namespace mlo::data {
namespace {

using format::Value;

constexpr size_t kWidth = 80;

// --- which style ------------------------------------------------------------------------------

using Codes = std::u32string;

Codes codes_of(const std::string& text) {
  std::string clean = is_utf8(text) ? text : replace_invalid_utf8(text);
  Codes codes;
  for (std::string_view rest = clean; !rest.empty();) {
    size_t length = sequence_length(rest);
    codes += static_cast<char32_t>(code_point(rest, length));
    rest.remove_prefix(length);
  }
  return codes;
}

bool is_break(char32_t c) { return c == '\n' || c == 0x85 || c == 0x2028 || c == 0x2029; }
bool is_blank(char32_t c) { return c == 0 || c == ' ' || c == '\t' || c == '\r' || is_break(c); }
bool is_printable(char32_t c) {
  if (c == 0xfeff) return false;
  return (c >= 0x20 && c <= 0x7e) || c == 0x85 || (c >= 0xa0 && c <= 0xd7ff) ||
         (c >= 0xe000 && c <= 0xfffd) || (c >= 0x10000 && c <= 0x10ffff);
}

bool all_of(std::string_view text, std::string_view set) {
  return text.find_first_not_of(set) == std::string_view::npos;
}

/// Digits and underscores, beginning with a digit.
bool is_number_part(std::string_view text) {
  return !text.empty() && text[0] != '_' && all_of(text, "0123456789_");
}

bool is_exponent(std::string_view text, bool sign_needed) {
  if (text.empty() || (text[0] != 'e' && text[0] != 'E')) return false;
  text.remove_prefix(1);
  bool sign = !text.empty() && (text[0] == '+' || text[0] == '-');
  if (sign) text.remove_prefix(1);
  return !text.empty() && (sign || !sign_needed) && all_of(text, "0123456789");
}

bool looks_like_float(std::string_view text) {
  if (text == ".nan" || text == ".NaN" || text == ".NAN") return true;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (text == ".inf" || text == ".Inf" || text == ".INF") return true;
  size_t e = std::min(text.find_first_of("eE"), text.size());
  std::string_view mantissa = text.substr(0, e), exponent = text.substr(e);
  size_t dot = mantissa.find('.');
  if (dot == std::string_view::npos)
    return is_number_part(mantissa) && is_exponent(exponent, false);
  std::string_view before = mantissa.substr(0, dot), after = mantissa.substr(dot + 1);
  if (!all_of(after, "0123456789_")) return false;
  if (before.empty()) {
    return !after.empty() && (exponent.empty() || is_exponent(exponent, true));
  }
  return is_number_part(before) && (exponent.empty() || is_exponent(exponent, false));
}

bool looks_like_integer(std::string_view text) {
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) text.remove_prefix(1);
  if (text.empty()) return false;
  auto rest = [&](size_t from, std::string_view set) {
    return text.size() > from && all_of(text.substr(from), set);
  };
  if (text.starts_with("0b") && rest(2, "01_")) return true;
  if (text.starts_with("0o") && rest(2, "01234567_")) return true;
  if (text.starts_with("0x") && rest(2, "0123456789abcdefABCDEF_")) return true;
  // ruamel asks its resolvers by the first character, and '_' has none.
  return text[0] != '_' && all_of(text, "0123456789_");
}

/// dddd-dd-dd, alone or with a time behind it.
bool looks_like_date(std::string_view text) {
  static constexpr std::string_view kShape = "dddd-dd-dd";
  if (text.size() < 8 || !all_of(text.substr(0, 4), "0123456789") || text[4] != '-') return false;
  if (text.size() == kShape.size()) {
    return all_of(text.substr(5, 2), "0123456789") && text[7] == '-' &&
           all_of(text.substr(8), "0123456789");
  }
  size_t at = 5;
  auto digits = [&](size_t least, size_t most) {
    size_t count = 0;
    while (count < most && at < text.size() && text[at] >= '0' && text[at] <= '9') ++at, ++count;
    return count >= least;
  };
  auto accept = [&](char c) { return at < text.size() && text[at] == c && ++at; };
  if (!digits(1, 2) || !accept('-') || !digits(1, 2)) return false;
  if (!accept('T') && !accept('t')) {
    size_t before = at;
    while (accept(' ') || accept('\t')) {
    }
    if (at == before) return false;
  }
  if (!digits(1, 2) || !accept(':') || !digits(2, 2) || !accept(':') || !digits(2, 2)) return false;
  if (accept('.')) digits(0, text.size());
  while (accept(' ') || accept('\t')) {
  }
  if (accept('Z') || at == text.size()) return at == text.size();
  if (!accept('+') && !accept('-')) return false;
  if (!digits(1, 2)) return false;
  if (accept(':') && !digits(2, 2)) return false;
  return at == text.size();
}

/// A plain scalar of this text would not be read as a string.
bool means_something(const std::string& text) {
  static constexpr std::string_view kWords[] = {"true",  "True", "TRUE", "false", "False",
                                                "FALSE", "null", "Null", "NULL",  "~",
                                                "=",     "<<",   ""};
  return std::find(std::begin(kWords), std::end(kWords), text) != std::end(kWords) ||
         looks_like_float(text) || looks_like_integer(text) || looks_like_date(text);
}

enum class Style { plain, single_quoted, double_quoted };

Style style_of(const std::string& text) {
  if (text.empty()) return Style::single_quoted;
  Codes codes = codes_of(text);
  bool indicators = text.starts_with("---") || text.starts_with("...");
  bool breaks = false, special = false, break_space = false, space_break = false;
  for (size_t i = 0; i < codes.size(); ++i) {
    char32_t c = codes[i];
    bool blank_next = i + 1 >= codes.size() || is_blank(codes[i + 1]);
    bool blank_before = i == 0 || is_blank(codes[i - 1]);
    if (i == 0) {
      static constexpr std::u32string_view kStarts = U"#,[]{}&*!|>'\"%@`";
      indicators |= kStarts.find(c) != std::u32string_view::npos;
      indicators |= (c == '?' || c == ':' || c == '-') && blank_next;
    } else {
      indicators |= (c == ':' && blank_next) || (c == '#' && blank_before);
    }
    breaks |= is_break(c);
    special |= c != '\n' && !is_printable(c);
    if (i > 0) {
      break_space |= c == ' ' && is_break(codes[i - 1]);
      space_break |= is_break(c) && codes[i - 1] == ' ';
    }
  }
  auto is_edge = [](char32_t c) { return c == ' ' || is_break(c); };
  bool edges = is_edge(codes.front()) || is_edge(codes.back());
  bool plain = !edges && !break_space && !space_break && !special && !breaks && !indicators;
  if (plain && !means_something(text)) return Style::plain;
  bool single = !break_space && !space_break && !special;
  bool quote_or_break = text.find_first_of("'\n") != std::string::npos;
  return single && !quote_or_break ? Style::single_quoted : Style::double_quoted;
}

// --- writing ----------------------------------------------------------------------------------

class Writer {
 public:
  void mapping(const Value& value, size_t indent, bool at_start) {
    for (const Value::Member& member : value.as_object()) {
      if (!at_start) this->indent(indent);
      at_start = false;
      scalar(member.key, indent, Fold::no);
      put(":");
      nested(member.value, indent);
    }
  }

  void sequence(const Value& value, size_t indent, bool at_start) {
    for (const Value& item : value.as_array()) {
      if (!at_start) this->indent(indent);
      at_start = false;
      put("-");
      if (is_block(item)) {
        put(" ");
        block(item, indent + 2, true);
      } else {
        leaf(item, indent + 2);
      }
    }
  }

  void block(const Value& value, size_t indent, bool at_start) {
    if (value.is_object()) return mapping(value, indent, at_start);
    sequence(value, indent, at_start);
  }

  std::string take() { return std::move(out_); }

 private:
  enum class Fold { no, yes };

  static bool is_block(const Value& value) {
    return (value.is_object() || value.is_array()) && value.size() > 0;
  }

  /// The value of a key; lists stand below it without indentation.
  void nested(const Value& value, size_t indent) {
    if (!is_block(value)) return leaf(value, indent + 2);
    newline();
    block(value, value.is_array() ? indent : indent + 2, false);
  }

  void leaf(const Value& value, size_t indent) {
    if (value.is_null()) return newline();
    put(" ");
    if (value.is_string()) {
      scalar(value.as_string(), indent, Fold::yes);
    } else {
      put(other(value));
    }
    newline();
  }

  static std::string other(const Value& value) {
    if (value.is_object()) return "{}";
    if (value.is_array()) return "[]";
    if (value.is_bool()) return value.as_bool() ? "true" : "false";
    if (value.is_int()) return std::to_string(value.as_int());
    double number = value.as_double();
    if (std::isnan(number)) return ".nan";
    if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
    std::string text = number_text(number);
    if (text.find_first_of(".e") == std::string::npos) return text + ".0";
    if (text.find('.') == std::string::npos) text.replace(text.find('e'), 1, ".0e");
    return text;
  }

  void scalar(const std::string& text, size_t indent, Fold fold) {
    switch (style_of(text)) {
      case Style::plain:
        return plain(codes_of(text), indent, fold);
      case Style::single_quoted:
        return single_quoted(codes_of(text), indent, fold);
      case Style::double_quoted:
        return double_quoted(codes_of(text));
    }
  }

  /// A word that would pass the width begins a new line, behind the space that is there already; a
  /// single space past the width becomes the line break.
  void plain(const Codes& text, size_t indent, Fold fold) {
    for (size_t i = 0; i < text.size();) {
      size_t end = i;
      bool spaces = text[i] == ' ';
      while (end < text.size() && (text[end] == ' ') == spaces) ++end;
      if (spaces && end - i == 1 && column_ >= kWidth && fold == Fold::yes) {
        newline();
        this->indent(indent);
      } else {
        bool wide = !spaces && end - i + column_ > kWidth && column_ > indent;
        if (wide && fold == Fold::yes) {
          newline();
          this->indent(indent);
        }
        put(text, i, end);
      }
      i = end;
    }
  }

  void single_quoted(const Codes& text, size_t indent, Fold fold) {
    put("'");
    for (size_t i = 0; i < text.size();) {
      size_t end = i;
      bool spaces = text[i] == ' ';
      while (end < text.size() && (text[end] == ' ') == spaces) ++end;
      bool inside = i != 0 && end != text.size();
      if (spaces && end - i == 1 && column_ > kWidth && inside && fold == Fold::yes) {
        newline();
        this->indent(indent);
      } else {
        put(text, i, end);
      }
      i = end;
    }
    put("'");
  }

  /// In one line: ruamel folds these too, with backslashes, which reads back as the same string.
  void double_quoted(const Codes& text) {
    // With its length: the first of them is a NUL.
    static constexpr std::u32string_view kNamed(U"\0\a\b\t\n\v\f\r\x1b\"\\\x85\xa0\u2028\u2029",
                                                15);
    static constexpr std::string_view kLetters = "0abtnvfre\"\\N_LP";
    static constexpr char kHex[] = "0123456789ABCDEF";
    put("\"");
    for (char32_t c : text) {
      size_t named = kNamed.find(c);
      bool escape = c == '"' || c == '\\' || !is_printable(c) || is_break(c);
      if (!escape) {
        append_utf8(out_, c);
        ++column_;
      } else if (named != std::u32string_view::npos) {
        put(std::string("\\") + kLetters[named]);
      } else {
        int digits = c <= 0xff ? 2 : c <= 0xffff ? 4 : 8;
        std::string code = digits == 2 ? "\\x" : digits == 4 ? "\\u" : "\\U";
        for (int shift = 4 * (digits - 1); shift >= 0; shift -= 4) code += kHex[c >> shift & 15];
        put(code);
      }
    }
    put("\"");
  }

  void put(std::string_view ascii) {
    out_ += ascii;
    column_ += ascii.size();
  }
  void put(const Codes& text, size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) append_utf8(out_, text[i]);
    column_ += end - begin;
  }
  void newline() {
    out_ += '\n';
    column_ = 0;
  }
  void indent(size_t width) {
    out_.append(width, ' ');
    column_ += width;
  }

  std::string out_;
  size_t column_ = 0;
};

}  // namespace

std::string python_yaml(const Value& value) {
  Writer writer;
  writer.block(value, 0, true);
  return writer.take();
}

}  // namespace mlo::data
