#include "format/fast_json.hpp"

#include <simdjson.h>

#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::format {

namespace ondemand = simdjson::ondemand;

static size_t first_invalid_utf8(std::string_view text) {
  constexpr size_t kLongest = 4;
  size_t at = 0;
  while (at < text.size()) {
    size_t length = 1;
    while (length <= kLongest && !is_utf8(text.substr(at, length))) ++length;
    if (length > kLongest) break;
    at += length;
  }
  return at;
}

struct JsonNode::State {
  std::string_view text;
  const std::string& name;
  ondemand::document& document;
  int depth = 0;
  /// Whether the callback read the value it was given; if not, it is walked so that it is checked.
  bool touched = false;
};

struct FastJsonAccess {
  using State = JsonNode::State;

  static JsonNode node(State& state, ondemand::value& value) {
    JsonNode node;
    node.state_ = &state;
    node.value_ = &value;
    return node;
  }
  static ondemand::value& value(const JsonNode& node) {
    return *static_cast<ondemand::value*>(node.value_);
  }

  static const char* location(State& state) {
    const char* place = nullptr;
    if (state.document.current_location().get(place) != simdjson::SUCCESS) return nullptr;
    return place;
  }

  [[noreturn]] static void fail_at(State& state, const char* place, const std::string& message) {
    const char* begin = state.text.data();
    const char* end = begin + state.text.size();
    if (place == nullptr || place > end) place = end;
    int line = 1, column = 1;
    for (const char* at = begin; at < place; ++at) {
      if (*at == '\n') {
        ++line;
        column = 1;
      } else {
        ++column;
      }
    }
    throw usage(state.name + ":" + std::to_string(line) + ":" + std::to_string(column) + ": " +
                message);
  }

  static std::string words(simdjson::error_code code) {
    switch (code) {
      case simdjson::EMPTY:
        return "the document is empty";
      case simdjson::UTF8_ERROR:
        return "the text is not valid UTF-8";
      case simdjson::NUMBER_ERROR:
        return "the number is malformed or out of range";
      case simdjson::STRING_ERROR:
        return "the string has a malformed escape";
      case simdjson::UNCLOSED_STRING:
        return "a string is not closed or holds a control character";
      case simdjson::UNESCAPED_CHARS:
        return "a string holds a control character";
      case simdjson::INCOMPLETE_ARRAY_OR_OBJECT:
        return "the document ends before a list or an object is closed";
      case simdjson::CAPACITY:
      case simdjson::MEMALLOC:
        return "the document is too large";
      default:
        return "not valid JSON";
    }
  }

  template <typename T>
  static T need(State& state, simdjson::simdjson_result<T> result) {
    T value;
    const auto code = std::move(result).get(value);
    if (code != simdjson::SUCCESS) fail_at(state, location(state), words(code));
    return value;
  }

  static JsonNode::Kind kind(State& state, ondemand::value& value) {
    switch (need(state, value.type())) {
      case ondemand::json_type::array:
        return JsonNode::Kind::array;
      case ondemand::json_type::object:
        return JsonNode::Kind::object;
      case ondemand::json_type::number:
        return JsonNode::Kind::number;
      case ondemand::json_type::string:
        return JsonNode::Kind::string;
      case ondemand::json_type::boolean:
        return JsonNode::Kind::boolean;
      case ondemand::json_type::null:
        return JsonNode::Kind::null;
    }
    fail_at(state, location(state), "not valid JSON");
  }

  static void expect(State& state, ondemand::value& value, JsonNode::Kind wanted,
                     const char* words) {
    if (kind(state, value) != wanted) {
      fail_at(state, location(state), std::string("expected ") + words);
    }
  }

  static void deeper(State& state) {
    if (++state.depth > kFastJsonDepth) {
      fail_at(state, location(state),
              "nested deeper than " + std::to_string(kFastJsonDepth) + " levels");
    }
  }

  /// Also integers beyond 64 bits, which get_number() refuses.
  static void number(State& state, ondemand::value& value, JsonScalar& out) {
    ondemand::number number;
    out.kind = JsonScalar::Kind::number;
    if (value.get_number().get(number) != simdjson::SUCCESS) {
      out.number = need(state, value.get_double());
      return;
    }
    out.number = number.as_double();
    if (number.get_number_type() == ondemand::number_type::signed_integer) {
      out.kind = JsonScalar::Kind::integer;
      out.integer = number.get_int64();
    }
  }

  static void null(State& state, ondemand::value& value) {
    bool is_null = false;
    if (value.is_null().get(is_null) != simdjson::SUCCESS || !is_null) {
      fail_at(state, location(state), "not valid JSON");
    }
  }

  template <typename Each>
  static void each_item(State& state, ondemand::value& value, Each&& each) {
    deeper(state);
    auto items = need(state, value.get_array());
    for (auto item : items) {
      auto element = need(state, std::move(item));
      each(element);
    }
    --state.depth;
  }

  template <typename Each>
  static void each_member(State& state, ondemand::value& value, Each&& each) {
    deeper(state);
    auto object = need(state, value.get_object());
    for (auto result : object) {
      auto field = need(state, std::move(result));
      const auto key = need(state, field.unescaped_key());
      each(key, field.value());
    }
    --state.depth;
  }

  /// Reads a value for its validity only.
  static void walk(State& state, ondemand::value& value) {
    switch (kind(state, value)) {
      case JsonNode::Kind::array:
        return each_item(state, value, [&](ondemand::value& item) { walk(state, item); });
      case JsonNode::Kind::object:
        return each_member(state, value,
                           [&](std::string_view, ondemand::value& member) { walk(state, member); });
      default:
        scalar(state, value);
    }
  }

  static JsonScalar scalar(State& state, ondemand::value& value) {
    JsonScalar out;
    switch (kind(state, value)) {
      case JsonNode::Kind::number:
        number(state, value, out);
        return out;
      case JsonNode::Kind::string:
        out.kind = JsonScalar::Kind::string;
        out.text = need(state, value.get_string());
        return out;
      case JsonNode::Kind::boolean:
        out.kind = JsonScalar::Kind::boolean;
        out.boolean = need(state, value.get_bool());
        return out;
      case JsonNode::Kind::null:
        null(state, value);
        return out;
      case JsonNode::Kind::array:
      case JsonNode::Kind::object:
        break;
    }
    fail_at(state, location(state), "expected a number, a string, a boolean or null");
  }

  static void leaves(State& state, ondemand::value& list, void* self,
                     void (*leaf)(void*, const JsonScalar&)) {
    each_item(state, list, [&](ondemand::value& item) {
      if (kind(state, item) == JsonNode::Kind::array) {
        leaves(state, item, self, leaf);
      } else {
        leaf(self, scalar(state, item));
      }
    });
  }
};

using Access = FastJsonAccess;

JsonNode::Kind JsonNode::kind() const { return Access::kind(*state_, Access::value(*this)); }

bool JsonNode::boolean() {
  Access::expect(*state_, Access::value(*this), Kind::boolean, "true or false");
  state_->touched = true;
  return Access::need(*state_, Access::value(*this).get_bool());
}

double JsonNode::number() {
  Access::expect(*state_, Access::value(*this), Kind::number, "a number");
  state_->touched = true;
  return Access::scalar(*state_, Access::value(*this)).number;
}

int64_t JsonNode::integer() {
  Access::expect(*state_, Access::value(*this), Kind::number, "an integer");
  state_->touched = true;
  int64_t number = 0;
  if (Access::value(*this).get_int64().get(number) != simdjson::SUCCESS)
    fail("expected an integer");
  return number;
}

std::string_view JsonNode::string() {
  Access::expect(*state_, Access::value(*this), Kind::string, "a string");
  state_->touched = true;
  return Access::need(*state_, Access::value(*this).get_string());
}

JsonScalar JsonNode::scalar() {
  state_->touched = true;
  return Access::scalar(*state_, Access::value(*this));
}

std::string_view JsonNode::raw() {
  State& state = *state_;
  const char* begin = Access::location(state);
  if (kind() != Kind::array && kind() != Kind::object) fail("expected a list or an object");
  Access::walk(state, Access::value(*this));
  state.touched = true;
  // The cursor stands behind it at the next token, or at the end of the document.
  const char* end = Access::location(state);
  if (end == nullptr) end = state.text.data() + state.text.size();
  while (end > begin && end[-1] != (*begin == '[' ? ']' : '}')) --end;
  return {begin, static_cast<size_t>(end - begin)};
}

void JsonNode::each_member(void* self, Member member) {
  State& state = *state_;
  Access::expect(state, Access::value(*this), Kind::object, "an object");
  Access::each_member(state, Access::value(*this),
                      [&](std::string_view key, ondemand::value& value) {
                        state.touched = false;
                        member(self, key, Access::node(state, value));
                        if (!state.touched) Access::walk(state, value);
                      });
  state.touched = true;
}

void JsonNode::each_item(void* self, Item item) {
  State& state = *state_;
  Access::expect(state, Access::value(*this), Kind::array, "a list");
  Access::each_item(state, Access::value(*this), [&](ondemand::value& value) {
    state.touched = false;
    item(self, Access::node(state, value));
    if (!state.touched) Access::walk(state, value);
  });
  state.touched = true;
}

void JsonNode::each_leaf(void* self, Leaf leaf) {
  Access::expect(*state_, Access::value(*this), Kind::array, "a list");
  Access::leaves(*state_, Access::value(*this), self, leaf);
  state_->touched = true;
}

void JsonNode::fail(const std::string& message) const {
  Access::fail_at(*state_, Access::location(*state_), message);
}

namespace {

void parse(ondemand::parser& parser, std::string_view text, size_t readable,
           const std::string& name, void* self, void (*visit)(void*, JsonNode)) {
  ondemand::document document;
  const auto code = parser.iterate(simdjson::padded_string_view(text.data(), text.size(), readable))
                        .get(document);
  FastJsonAccess::State state{text, name, document};
  if (code != simdjson::SUCCESS) {
    const char* place = code == simdjson::EMPTY ? text.data() : nullptr;
    if (code == simdjson::UTF8_ERROR) place = text.data() + first_invalid_utf8(text);
    Access::fail_at(state, place, Access::words(code));
  }
  ondemand::value root;
  const auto type = Access::need(state, document.type());
  if (type != ondemand::json_type::object && type != ondemand::json_type::array) {
    Access::fail_at(state, text.data(), "expected an object or a list");
  }
  root = Access::need(state, document.get_value());
  visit(self, Access::node(state, root));
  if (!state.touched) Access::walk(state, root);
  if (const char* rest = Access::location(state)) {
    Access::fail_at(state, rest, "text after the end of the document");
  }
}

// One parser per thread keeps its buffers. A large document gets its own, which lives until the next
// call, because strings point into it.
thread_local std::unique_ptr<ondemand::parser> large;

}  // namespace

void release_json() { large.reset(); }

void read_json(std::string_view text, size_t readable, const std::string& name, void* self,
               void (*visit)(void*, JsonNode)) {
  static thread_local ondemand::parser small;
  static constexpr size_t kKeep = 1 << 20;
  release_json();
  std::string padded;
  if (readable < text.size() + kJsonPadding) {
    padded.reserve(text.size() + kJsonPadding);
    padded.assign(text);
    text = padded;
    readable = text.size() + kJsonPadding;
  }
  if (text.size() <= kKeep) return parse(small, text, readable, name, self, visit);
  large = std::make_unique<ondemand::parser>();
  parse(*large, text, readable, name, self, visit);
}

}  // namespace mlo::format
