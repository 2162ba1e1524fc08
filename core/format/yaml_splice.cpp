#include "format/yaml_splice.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "format/yaml.hpp"

namespace mlo::format {
namespace {

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
  /// Behind the last line that belongs to the entry whose key is at `key`: deeper lines below it. Blank
  /// lines and comments belong to what follows.
  size_t block_end(size_t key) const {
    const size_t margin = key - line_start(key);
    size_t end = line_end(key);
    for (size_t line = end; line < text_.size();) {
      const size_t next = line_end(line);
      size_t start = line;
      while (start < next && text_[start] == ' ') ++start;
      const bool blank = start == text_.size() ||
                         std::string_view("#\r\n").find(text_[start]) != std::string_view::npos;
      const bool item =
          at(start) == '-' && start - line == margin;  // a list, as far left as its key
      if (!blank && start - line <= margin && !item) break;
      line = next;
      if (!blank) end = next;
    }
    return end;
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
  std::string text = to_yaml(value);
  return text.substr(0, text.size() - 1);
}

/// A scalar inside "{...}": what would end there is quoted.
std::string flow_scalar(const Value& value) {
  if (value.is_string() && value.as_string().find_first_of(",[]{}\"\\") != std::string::npos) {
    return compact_json(value);
  }
  return scalar(value);
}

std::string rendered(const Value& value) {
  if (!value.is_object()) return scalar(value);
  std::string text;
  for (const auto& member : value.as_object()) {
    if (!text.empty()) text += ", ";
    text += flow_scalar(Value(member.key)) + ": " + flow_scalar(member.value);
  }
  return "{" + text + "}";
}

std::string entry(const std::string& key, const Value& value, Style style) {
  return style == Style::flow ? flow_scalar(Value(key)) + ": " + flow_scalar(value)
                              : scalar(Value(key)) + ": " + rendered(value);
}

const Value::Member* member_of(const Value& object, std::string_view key) {
  if (!object.is_object()) return nullptr;
  for (const auto& member : object.as_object()) {
    if (member.key == key) return &member;
  }
  return nullptr;
}

Style style_of(const Text& text, const Value& mapping) {
  return text.at(text.offset(mapping.position())) == '{' ? Style::flow : Style::block;
}

/// " value" behind a colon, or the value in place of another.
std::string set_value(const Text& text, size_t key_start, Style style, const Value& value) {
  const auto [from, to] = text.value_of_key(key_start, style);
  return text.replaced(
      from, to,
      (from == to ? " " : "") + (style == Style::flow ? flow_scalar(value) : rendered(value)));
}

std::string add_to(const Text& text, const Value::Member& section, const std::string& key,
                   const Value& value) {
  if (section.value.is_object() && section.value.size() > 0) {
    const size_t start = text.offset(section.value.position());
    if (style_of(text, section.value) == Style::flow) {
      return text.replaced(start + 1, start + 1, entry(key, value, Style::flow) + ", ");
    }
    const auto& members = section.value.as_object();
    const size_t first = text.offset(members.front().position);
    const size_t last = text.offset(members.back().position);
    const std::string margin(first - text.line_start(first), ' ');
    const size_t end = text.block_end(last);
    const std::string before = end > 0 && text.at(end - 1) != '\n' ? text.newline() : "";
    return text.replaced(end, end,
                         before + margin + entry(key, value, Style::block) + text.newline());
  }
  // Empty: "aliases:" or "aliases: {}".
  const size_t key_start = text.offset(section.position);
  const auto [from, to] = text.value_of_key(key_start, Style::block);
  const std::string margin(key_start - text.line_start(key_start) + 2, ' ');
  return text.replaced(from, to, text.newline() + margin + entry(key, value, Style::block));
}

std::string remove_from(const Text& text, const Value::Member& section,
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
  const std::string rest = text.replaced(line, text.block_end(key), "");
  if (section.value.size() > 1) return rest;
  const auto place = Text(rest).value_of_key(text.offset(section.position), Style::block);
  return Text(rest).replaced(place.first, place.first, " {}");
}

/// Refuses what does not read back as `expected`.
std::string checked(std::string result, const Value& expected, const std::string& name,
                    const std::string& what) {
  bool good = false;
  try {
    good = parse_yaml(result, name) == expected;
  } catch (const Error&) {
  }
  if (!good) {
    throw failure(fmt::format("cannot edit {} in {} without touching other lines", quoted(what),
                              quoted(name)),
                  "write it there by hand, in block style");
  }
  return result;
}

/// The members that lead to path[0..n), as far as they are there.
std::vector<const Value::Member*> members_along(const Value& document, const KeyPath& path) {
  std::vector<const Value::Member*> members;
  const Value* at = &document;
  for (const std::string& key : path) {
    const Value::Member* member = member_of(*at, key);
    if (member == nullptr) break;
    members.push_back(member);
    at = &member->value;
  }
  return members;
}

/// `document` with the entry set, or removed where there is no value.
Value changed(const Value& document, std::span<const std::string> path, const Value* value) {
  Value result = document.is_object() ? document : Value::object();
  if (path.size() > 1) {
    return result.set(path[0], changed(document[path[0]], path.subspan(1), value));
  }
  if (value != nullptr) return result.set(path[0], *value);
  std::erase_if(result.as_object(), [&](const Value::Member& one) { return one.key == path[0]; });
  return result;
}

/// The value to write below `depth` members that are there: mappings for those that are not.
Value nested(const KeyPath& path, size_t depth, const Value& value) {
  Value result = value;
  for (size_t i = path.size() - 1; i > depth; --i) {
    result = Value::object().set(path[i], std::move(result));
  }
  return result;
}

std::string set_text(const Text& text, const std::vector<const Value::Member*>& members,
                     const KeyPath& path, const Value& value) {
  const size_t depth = members.size();
  if (depth == path.size()) {
    const bool inner = depth > 1 && style_of(text, members[depth - 2]->value) == Style::flow;
    return set_value(text, text.offset(members.back()->position),
                     inner ? Style::flow : Style::block, value);
  }
  const Value below = nested(path, depth, value);
  if (depth > 0) return add_to(text, *members.back(), path[depth], below);
  if (path.size() == 1) {
    return text.closed() + entry(path[0], value, Style::block) + text.newline();
  }
  const Value inner = nested(path, 1, value);
  return text.closed() + scalar(Value(path[0])) + ":" + text.newline() + "  " +
         entry(path[1], inner, Style::block) + text.newline();
}

}  // namespace

std::string set_at(std::string_view text, const std::string& name, const KeyPath& path,
                   const Value& value) {
  const Value document = parse_yaml(text, name);
  std::string result = set_text(Text(text), members_along(document, path), path, value);
  return checked(std::move(result), changed(document, path, &value), name, join(path, "."));
}

std::string remove_at(std::string_view text, const std::string& name, const KeyPath& path) {
  const Value document = parse_yaml(text, name);
  const auto members = members_along(document, path);
  if (members.size() < path.size() || path.size() < 2) return std::string(text);
  std::string result = remove_from(Text(text), *members[path.size() - 2], *members.back());
  return checked(std::move(result), changed(document, path, nullptr), name, join(path, "."));
}

}  // namespace mlo::format
