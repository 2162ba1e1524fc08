#include "format/yaml.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <sstream>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"

namespace mlo::format {
namespace {

constexpr size_t kYamlDepth = 256;

Position position_of(const YAML::Mark& mark) { return {mark.line + 1, mark.column + 1}; }

/// YAML 1.2 core schema for plain scalars.
Value resolve_plain(const std::string& text) {
  if (text.empty() || text == "~" || text == "null" || text == "Null" || text == "NULL") return {};
  if (text == "true" || text == "True" || text == "TRUE") return true;
  if (text == "false" || text == "False" || text == "FALSE") return false;
  if (auto integer = parse_int(text)) return *integer;
  if (text == ".nan" || text == ".NaN" || text == ".NAN") {
    return std::numeric_limits<double>::quiet_NaN();
  }
  bool sign = text[0] == '-' || text[0] == '+';
  std::string_view rest = std::string_view(text).substr(sign ? 1 : 0);
  if (rest == ".inf" || rest == ".Inf" || rest == ".INF") {
    double infinity = std::numeric_limits<double>::infinity();
    return text[0] == '-' ? -infinity : infinity;
  }
  bool numeric = !rest.empty() && (std::isdigit(static_cast<unsigned char>(rest[0])) ||
                                   (rest[0] == '.' && rest.size() > 1));
  if (numeric && rest.find_first_not_of("0123456789.eE+-") == std::string_view::npos) {
    if (auto number = parse_double(text)) return *number;
  }
  return text;
}

/// Builds a Value from yaml-cpp's events, so that positions are those of the text.
class YamlBuilder final : public YAML::EventHandler {
 public:
  explicit YamlBuilder(const std::string& name) : name_(name) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    check(mark, "", anchor);
    put(Value(), mark);
  }
  void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
    throw error(mark, "aliases are not supported");
  }
  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    check(mark, tag, anchor);
    // yaml-cpp marks a quoted scalar with the non-specific tag "!", a plain one with "?".
    put(tag == "!" ? Value(value) : resolve_plain(value), mark, &value);
  }
  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(Value::array(), mark);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    check(mark, tag, anchor);
    open(Value::object(), mark);
  }
  void OnMapEnd() override { close(); }

  Value take() { return std::move(root_); }

 private:
  struct Level {
    Value container;
    bool has_key = false;
    std::string key;
    Position key_position;
  };

  Error error(const YAML::Mark& mark, const std::string& message) const {
    Position at = position_of(mark);
    return failure(name_ + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) + ": " +
                   message);
  }

  void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) const {
    if (anchor != YAML::NullAnchor) throw error(mark, "anchors are not supported");
    if (!tag.empty() && tag != "?" && tag != "!") {
      throw error(mark, "tags are not supported: " + quoted(tag));
    }
  }

  void put(Value value, const YAML::Mark& mark, const std::string* scalar = nullptr) {
    value.set_position(position_of(mark));
    if (levels_.empty()) {
      root_ = std::move(value);
      return;
    }
    Level& level = levels_.back();
    if (level.container.is_array()) {
      level.container.push(std::move(value));
    } else if (level.has_key) {
      level.has_key = false;
      level.container.as_object().push_back(
          {std::move(level.key), std::move(value), level.key_position});
    } else {
      take_key(level, scalar, mark);
    }
  }

  void take_key(Level& level, const std::string* scalar, const YAML::Mark& mark) {
    if (scalar == nullptr) throw error(mark, "a key must be a plain text");
    if (level.container.find(*scalar) != nullptr) {
      throw error(mark, "duplicate key " + quoted(*scalar));
    }
    level.key = *scalar;
    level.key_position = position_of(mark);
    level.has_key = true;
  }

  void open(Value container, const YAML::Mark& mark) {
    if (levels_.size() >= kYamlDepth) throw error(mark, "nested too deeply");
    if (!levels_.empty() && levels_.back().container.is_object() && !levels_.back().has_key) {
      throw error(mark, "a key must be a plain text");
    }
    container.set_position(position_of(mark));
    levels_.push_back({std::move(container), false, {}, {}});
  }

  void close() {
    Value finished = std::move(levels_.back().container);
    Position at = finished.position();
    levels_.pop_back();
    YAML::Mark mark;
    mark.line = at.line - 1;
    mark.column = at.column - 1;
    put(std::move(finished), mark);
  }

  const std::string& name_;
  Value root_;
  std::vector<Level> levels_;
};

/// Whether `text` reads back as the same string without quotes.
bool is_plain(const std::string& text) {
  static constexpr std::string_view kSafe =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_./+@=-:";
  if (text.empty() || text.find_first_not_of(kSafe) != std::string::npos) return false;
  if (text.find_first_of("-:=@") == 0 || text.back() == ':') return false;
  // YAML 1.1 readers take yes, no, on, off for booleans and 1:30 for a number.
  static constexpr std::string_view kWords[] = {"yes", "no", "on", "off", "y", "n"};
  std::string lower = text;
  for (char& c : lower) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  for (std::string_view word : kWords) {
    if (lower == word) return false;
  }
  bool digits =
      std::isdigit(static_cast<unsigned char>(text[0])) || text[0] == '.' || text[0] == '+';
  return !digits && resolve_plain(text).is_string();
}

std::string scalar_yaml(const Value& value) {
  if (value.is_string()) {
    if (is_plain(value.as_string())) return value.as_string();
    std::string text;
    append_json_string(text, value.as_string());
    return text;
  }
  if (value.is_double()) {
    double number = value.as_double();
    if (std::isnan(number)) return ".nan";
    if (std::isinf(number)) return number > 0 ? ".inf" : "-.inf";
    std::string text = number_text(number);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  if (value.is_array()) return "[]";  // only empty ones come here
  if (value.is_object()) return "{}";
  return compact_json(value);
}

bool is_block(const Value& value) {
  return (value.is_array() || value.is_object()) && value.size() > 0;
}

void write(std::string& out, const Value& value, size_t indent, bool at_line_start) {
  std::string margin(indent, ' ');
  bool first = true;
  auto begin_item = [&] {
    if (!first || at_line_start) out += margin;
    first = false;
  };
  if (value.is_array()) {
    for (const Value& item : value.as_array()) {
      begin_item();
      out += "- ";
      if (is_block(item))
        write(out, item, indent + 2, false);
      else
        out += scalar_yaml(item) + "\n";
    }
    return;
  }
  for (const auto& member : value.as_object()) {
    begin_item();
    out += scalar_yaml(Value(member.key)) + ":";
    if (is_block(member.value)) {
      out += "\n";
      write(out, member.value, indent + 2, true);
    } else {
      out += " " + scalar_yaml(member.value) + "\n";
    }
  }
}

}  // namespace

Value parse_yaml(std::string_view text, const std::string& name) {
  if (!is_utf8(text)) throw failure(name + ": not UTF-8 text");
  if (text.find('\0') != std::string_view::npos) throw failure(name + ": not a text file");
  std::istringstream stream{std::string(text)};
  try {
    YAML::Parser parser(stream);
    YamlBuilder builder(name);
    bool any = parser.HandleNextDocument(builder);
    YamlBuilder second(name);
    if (any && parser.HandleNextDocument(second)) {
      throw failure(name + ": more than one document");
    }
    Value value = builder.take();
    return value.is_null() ? Value::object() : value;
  } catch (const YAML::Exception& error) {
    Position at = position_of(error.mark);
    throw failure(name + ":" + std::to_string(at.line) + ":" + std::to_string(at.column) +
                  ": not valid YAML: " + error.msg);
  }
}

std::string to_yaml(const Value& value) {
  if (!is_block(value)) return scalar_yaml(value) + "\n";
  std::string out;
  write(out, value, 0, true);
  return out;
}

}  // namespace mlo::format
