// A JSON-like value that remembers where it was read. The one currency between text formats (JSON,
// YAML, canonical JSON) and the rooms; rooms turn it into their own structs at once with Fields.
// Objects keep their order of insertion, so rendered documents read as they were built.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace mlo::format {

/// 1-based; 0 when the value was not read from text.
struct Position {
  int line = 0;
  int column = 0;
};

class Value {
 public:
  using Array = std::vector<Value>;
  struct Member;
  using Object = std::vector<Member>;

  Value();  // null
  Value(std::nullptr_t);
  Value(bool b);
  Value(int i);
  Value(unsigned i);
  Value(long i);
  Value(long long i);
  /// Above INT64_MAX: becomes a double.
  Value(unsigned long i);
  Value(double d);
  Value(std::string s);
  Value(std::string_view s);
  Value(const char* s);
  Value(Array a);
  Value(Object o);
  template <typename T>
  Value(const std::optional<T>&) = delete;  // say which: optional ? Value(*optional) : Value()

  static Value array();
  static Value object();

  bool is_null() const { return data_.index() == 0; }
  bool is_bool() const { return data_.index() == 1; }
  bool is_int() const { return data_.index() == 2; }
  bool is_double() const { return data_.index() == 3; }
  bool is_number() const { return is_int() || is_double(); }
  bool is_string() const { return data_.index() == 4; }
  bool is_array() const { return data_.index() == 5; }
  bool is_object() const { return data_.index() == 6; }
  /// "null", "boolean", "integer", "number", "string", "list", "mapping".
  const char* type_name() const;

  /// Unchecked accessors: the caller asked is_*() first; a wrong type throws mlo::Error (failure).
  bool as_bool() const;
  int64_t as_int() const;
  double as_double() const;  ///< also from an integer, and from "NaN", "Infinity", "-Infinity"
  const std::string& as_string() const;
  const Array& as_array() const;
  Array& as_array();
  const Object& as_object() const;
  Object& as_object();

  /// Member by key, nullptr if absent or not an object.
  const Value* find(std::string_view key) const;
  Value* find(std::string_view key);
  /// Member by key; a null Value if absent.
  const Value& operator[](std::string_view key) const;
  /// Sets or replaces a member, keeping its place; returns *this for chaining.
  Value& set(std::string key, Value value);
  void push(Value value);
  size_t size() const;

  Position position() const { return position_; }
  void set_position(Position position) { position_ = position; }

  /// Structural; object order does not matter; 1 and 1.0 differ.
  friend bool operator==(const Value& a, const Value& b);

 private:
  std::variant<std::monostate, bool, int64_t, double, std::string, Array, Object> data_;
  Position position_;
};

struct Value::Member {
  std::string key;
  Value value;
  Position position;  ///< of the key
  friend bool operator==(const Member& a, const Member& b) {
    return a.key == b.key && a.value == b.value;
  }
};

// Here, where the members of objects are complete.
inline Value::Value() = default;
inline Value::Value(std::nullptr_t) {}
inline Value::Value(bool b) : data_(b) {}
inline Value::Value(int i) : data_(int64_t{i}) {}
inline Value::Value(unsigned i) : data_(int64_t{i}) {}
inline Value::Value(long i) : data_(int64_t{i}) {}
inline Value::Value(long long i) : data_(int64_t{i}) {}
inline Value::Value(double d) : data_(d) {}
inline Value::Value(std::string s) : data_(std::move(s)) {}
inline Value::Value(std::string_view s) : data_(std::string(s)) {}
inline Value::Value(const char* s) : data_(std::string(s)) {}
inline Value Value::array() { return Value(Array{}); }

}  // namespace mlo::format
