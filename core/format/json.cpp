#include "format/json.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::format {
namespace {

constexpr size_t kJsonDepth = 256;

/// "name:line:column" of a byte offset, counted when an error needs it.
std::string locate(const std::string& name, std::string_view text, size_t offset) {
  std::string_view before = text.substr(0, std::min(offset, text.size()));
  size_t line = 1 + static_cast<size_t>(std::ranges::count(before, '\n'));
  size_t start = before.rfind('\n');
  size_t column = start == std::string_view::npos ? before.size() + 1 : before.size() - start;
  return name + ":" + std::to_string(line) + ":" + std::to_string(column);
}

/// nlohmann's message without its own prefix and position.
std::string reason_of(const std::string& message) {
  size_t at = message.rfind("; last read");
  std::string text = message.substr(0, at);
  size_t dash = text.find(" - ");
  size_t colon = text.rfind(": ");
  if (dash != std::string::npos)
    text = text.substr(dash + 3);
  else if (colon != std::string::npos)
    text = text.substr(colon + 2);
  return text;
}

/// Builds a Value from the parser's events; the stack holds the open containers.
class JsonBuilder final : public nlohmann::json_sax<nlohmann::json> {
 public:
  JsonBuilder(std::string_view text, const std::string& name) : text_(text), name_(name) {}

  bool null() override { return put(Value()); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(int64_t{value}); }
  bool number_unsigned(number_unsigned_t value) override {
    return put(Value(static_cast<unsigned long>(value)));
  }
  bool number_float(number_float_t value, const string_t&) override { return put(value); }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return false; }
  bool start_object(size_t) override { return open(Value::object()); }
  bool start_array(size_t) override { return open(Value::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(string_t& value) override {
    if (stack_.back().find(value) != nullptr) {
      throw failure(name_ + ": duplicate key " + quoted(value));
    }
    keys_.back() = std::move(value);
    return true;
  }

  bool parse_error(size_t position, const std::string&,
                   const nlohmann::detail::exception& error) override {
    throw failure(locate(name_, text_, position == 0 ? 0 : position - 1) +
                  ": not valid JSON: " + reason_of(error.what()));
  }

  Value take() { return std::move(root_); }

 private:
  bool put(Value value) {
    if (stack_.empty()) {
      root_ = std::move(value);
    } else if (stack_.back().is_array()) {
      stack_.back().push(std::move(value));
    } else {
      stack_.back().as_object().push_back({std::move(keys_.back()), std::move(value), {}});
    }
    return true;
  }

  bool open(Value container) {
    if (stack_.size() >= kJsonDepth) {
      throw failure(name_ + ": nested deeper than " + std::to_string(kJsonDepth) + " levels");
    }
    stack_.push_back(std::move(container));
    keys_.emplace_back();
    return true;
  }

  bool close() {
    Value finished = std::move(stack_.back());
    stack_.pop_back();
    keys_.pop_back();
    return put(std::move(finished));
  }

  std::string_view text_;
  const std::string& name_;
  Value root_;
  std::vector<Value> stack_;
  std::vector<std::string> keys_;
};

std::string scalar_json(const Value& value) {
  if (value.is_null()) return "null";
  if (value.is_bool()) return value.as_bool() ? "true" : "false";
  if (value.is_int()) return std::to_string(value.as_int());
  std::string text;
  if (value.is_string()) {
    append_json_string(text, value.as_string());
    return text;
  }
  text = number_text(value.as_double());
  if (!std::isfinite(value.as_double())) return '"' + text + '"';
  return text == "-0" ? "-0.0" : text;  // "-0" would read back as the integer 0
}

enum class Layout { pretty, compact, canonical };

void write(std::string& out, const Value& value, Layout layout, size_t depth);

void write_break(std::string& out, Layout layout, size_t depth) {
  if (layout == Layout::pretty) (out += '\n').append(2 * depth, ' ');
}

void write_members(std::string& out, const Value& value, Layout layout, size_t depth) {
  std::vector<const Value::Member*> members;
  for (const auto& member : value.as_object()) members.push_back(&member);
  if (layout == Layout::canonical) {
    std::ranges::sort(members, {},
                      [](const auto* member) { return std::string_view(member->key); });
  }
  for (size_t i = 0; i < members.size(); ++i) {
    if (i > 0) out += ',';
    write_break(out, layout, depth + 1);
    append_json_string(out, members[i]->key);
    out += layout == Layout::pretty ? ": " : ":";
    write(out, members[i]->value, layout, depth + 1);
  }
}

void write(std::string& out, const Value& value, Layout layout, size_t depth) {
  if (!value.is_array() && !value.is_object()) {
    out += scalar_json(value);
    return;
  }
  bool list = value.is_array();
  out += list ? '[' : '{';
  if (list) {
    const auto& items = value.as_array();
    for (size_t i = 0; i < items.size(); ++i) {
      if (i > 0) out += ',';
      write_break(out, layout, depth + 1);
      write(out, items[i], layout, depth + 1);
    }
  } else {
    write_members(out, value, layout, depth);
  }
  if (value.size() > 0) write_break(out, layout, depth);
  out += list ? ']' : '}';
}

std::string written(const Value& value, Layout layout) {
  std::string out;
  write(out, value, layout, 0);
  return out;
}

}  // namespace

Value parse_json(std::string_view text, const std::string& name) {
  JsonBuilder builder(text, name);
  nlohmann::json::sax_parse(text.begin(), text.end(), &builder);
  return builder.take();
}

std::string pretty_json(const Value& value) { return written(value, Layout::pretty) + "\n"; }
std::string compact_json(const Value& value) { return written(value, Layout::compact); }
std::string canonical_json(const Value& value) { return written(value, Layout::canonical); }

void append_json_string(std::string& out, std::string_view text) {
  static constexpr char kHex[] = "0123456789abcdef";
  std::string clean;
  if (!is_utf8(text)) {
    clean = replace_invalid_utf8(text);
    text = clean;
  }
  out += '"';
  for (char c : text) {
    switch (c) {
      case '"':
        out += "\\\"";
        break;
      case '\\':
        out += "\\\\";
        break;
      case '\n':
        out += "\\n";
        break;
      case '\r':
        out += "\\r";
        break;
      case '\t':
        out += "\\t";
        break;
      default:
        if (static_cast<unsigned char>(c) < 0x20) {
          out += "\\u00";
          out += kHex[c >> 4];
          out += kHex[c & 15];
        } else {
          out += c;
        }
    }
  }
  out += '"';
}

}  // namespace mlo::format
