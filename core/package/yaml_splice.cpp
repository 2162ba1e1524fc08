#include "package/yaml_splice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/yaml.hpp"

namespace mlo::package {
namespace {

using format::Position;
using format::Value;

enum class Style { block, flow };

/// A text with the few questions that a splice asks. Offsets are bytes.
class Text {
 public:
  explicit Text(std::string_view text) : text_(text) {
    newline_ = text_.find("\r\n") == std::string::npos ? "\n" : "\r\n";
  }

  size_t offset(Position position) const {
    size_t line_start = 0;
    for (int line = 1; line < position.line; ++line) {
      line_start = text_.find('\n', line_start) + 1;
    }
    return line_start + static_cast<size_t>(position.column - 1);
  }
  size_t line_start(size_t at) const {
    const size_t newline = at == 0 ? std::string::npos : text_.rfind('\n', at - 1);
    return newline == std::string::npos ? 0 : newline + 1;
  }
  /// Behind the newline that ends the line of `at`.
  size_t line_end(size_t at) const {
    const size_t newline = text_.find('\n', at);
    return newline == std::string::npos ? text_.size() : newline + 1;
  }
  char at(size_t offset) const { return offset < text_.size() ? text_[offset] : '\0'; }

  /// The end of a scalar that starts at `start`; `key`: a plain one also ends at ": ".
  size_t scalar_end(size_t start, Style style, bool key) const {
    const char mark = at(start);
    if (mark == '"' || mark == '\'') return quoted_end(start, mark);
    size_t end = start;
    for (size_t i = start; i < text_.size(); ++i) {
      const char c = text_[i];
      const bool spaced = i + 1 == text_.size() ||
                          std::string_view(" \r\n\t").find(text_[i + 1]) != std::string_view::npos;
      if (c == '\n' || c == '\r') break;
      if (c == '#' && i > start && text_[i - 1] == ' ') break;
      if (c == '#' && i == start) break;
      if (key && c == ':' && spaced) break;
      if (style == Style::flow && (c == ',' || c == '}' || c == ']')) break;
      if (c != ' ' && c != '\t') end = i + 1;
    }
    return end;
  }

  /// Where the value of the key at `key_start` is: [first, second), empty right behind ": " for
  /// null.
  std::pair<size_t, size_t> value_of_key(size_t key_start, Style style) const {
    size_t at_colon = text_.find(':', scalar_end(key_start, style, true));
    size_t start = at_colon + 1;
    while (at(start) == ' ' || at(start) == '\t') ++start;
    const size_t end = scalar_end(start, style, false);
    if (end == start) return {at_colon + 1, at_colon + 1};
    return {start, end};
  }

  std::string replaced(size_t from, size_t to, std::string_view with) const {
    return text_.substr(0, from) + std::string(with) + text_.substr(to);
  }
  /// The text, ended by a newline if it holds anything.
  std::string closed() const {
    return text_.empty() || text_.back() == '\n' ? text_ : text_ + newline_;
  }
  const std::string& newline() const { return newline_; }

 private:
  size_t quoted_end(size_t start, char mark) const {
    for (size_t i = start + 1; i < text_.size(); ++i) {
      if (mark == '"' && text_[i] == '\\') {
        ++i;
      } else if (text_[i] == mark) {
        if (mark == '\'' && at(i + 1) == mark) {
          ++i;
        } else {
          return i + 1;
        }
      }
    }
    return text_.size();
  }

  std::string text_;
  std::string newline_;
};

std::string scalar(const Value& value) {
  std::string text = format::to_yaml(value);
  return text.substr(0, text.size() - 1);
}

std::string entry(const std::string& key, const Value& value) {
  return scalar(Value(key)) + ": " + scalar(value);
}

const Value::Member* member_of(const Value& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  for (const auto& member : object.as_object()) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

/// " value" behind a colon, or the value in place of another.
std::string set_value(const Text& text, size_t key_start, Style style, const Value& value) {
  const auto [from, to] = text.value_of_key(key_start, style);
  return text.replaced(from, to, (from == to ? " " : "") + scalar(value));
}

std::string add_to_section(const Text& text, const Value::Member& section, const std::string& key,
                           const Value& value) {
  if (section.value.is_object() && section.value.size() > 0) {
    const size_t start = text.offset(section.value.position());
    if (text.at(start) == '{') return text.replaced(start + 1, start + 1, entry(key, value) + ", ");
    const auto& members = section.value.as_object();
    const size_t first = text.offset(members.front().position);
    const size_t last = text.offset(members.back().position);
    const std::string margin(first - text.line_start(first), ' ');
    const size_t end = text.line_end(last);
    const std::string before = end > 0 && text.at(end - 1) != '\n' ? text.newline() : "";
    return text.replaced(end, end, before + margin + entry(key, value) + text.newline());
  }
  // Empty: "aliases:" or "aliases: {}".
  const auto [from, to] = text.value_of_key(text.offset(section.position), Style::block);
  return text.replaced(from, to, text.newline() + "  " + entry(key, value));
}

std::string remove_from_section(const Text& text, const Value::Member& section,
                                const Value::Member& member) {
  const size_t key = text.offset(member.position);
  const size_t start = text.offset(section.value.position());
  if (text.at(start) == '{') {
    size_t end = text.value_of_key(key, Style::flow).second;
    size_t from = key;
    while (text.at(end) == ' ') ++end;
    if (text.at(end) == ',') {
      do ++end;
      while (text.at(end) == ' ');
    } else {
      while (from > start + 1 && (text.at(from - 1) == ' ' || text.at(from - 1) == ',')) --from;
    }
    return text.replaced(from, end, "");
  }
  const size_t line = text.line_start(key);
  const std::string rest = text.replaced(line, text.line_end(key), "");
  if (section.value.size() > 1) return rest;
  const auto place = Text(rest).value_of_key(text.offset(section.position), Style::block);
  return Text(rest).replaced(place.first, place.first, " {}");
}

/// Refuses what does not read back as `expected`.
std::string checked(std::string result, const Value& expected, const std::string& name,
                    const std::string& what) {
  bool good = false;
  try {
    good = format::parse_yaml(result, name) == expected;
  } catch (const Error&) {
  }
  if (!good) {
    throw failure(fmt::format("cannot edit {} in {} without touching other lines", quoted(what),
                              quoted(name)),
                  "write it there by hand, in block style");
  }
  return result;
}

}  // namespace

std::string set_entry(std::string_view text, const std::string& name, const std::string& section,
                      const std::string& key, const Value& value) {
  const Value document = format::parse_yaml(text, name);
  Value expected = document;
  Value inner = document[section].is_object() ? document[section] : Value::object();
  expected.set(section, inner.set(key, value));

  const Text source(text);
  const auto* found = member_of(document, section);
  std::string result;
  if (found == nullptr) {
    result = source.closed() + scalar(Value(section)) + ":" + source.newline() + "  " +
             entry(key, value) + source.newline();
  } else if (const auto* member = member_of(found->value, key)) {
    const bool flow = source.at(source.offset(found->value.position())) == '{';
    result = set_value(source, source.offset(member->position), flow ? Style::flow : Style::block,
                       value);
  } else {
    result = add_to_section(source, *found, key, value);
  }
  return checked(std::move(result), expected, name, section + "." + key);
}

std::string remove_entry(std::string_view text, const std::string& name, const std::string& section,
                         const std::string& key) {
  const Value document = format::parse_yaml(text, name);
  const auto* found = member_of(document, section);
  const auto* member = found ? member_of(found->value, key) : nullptr;
  if (member == nullptr) return std::string(text);
  Value expected = document;
  std::erase_if(expected.find(section)->as_object(),
                [&](const Value::Member& one) { return one.key == key; });
  return checked(remove_from_section(Text(text), *found, *member), expected, name,
                 section + "." + key);
}

std::string set_member(std::string_view text, const std::string& name, const std::string& key,
                       const Value& value) {
  const Value document = format::parse_yaml(text, name);
  Value expected = document;
  expected.set(key, value);
  const Text source(text);
  const auto* found = member_of(document, key);
  std::string result = found
                           ? set_value(source, source.offset(found->position), Style::block, value)
                           : source.closed() + entry(key, value) + source.newline();
  return checked(std::move(result), expected, name, key);
}

}  // namespace mlo::package
