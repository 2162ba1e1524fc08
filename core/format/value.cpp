#include "format/value.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace mlo::format {
namespace {

[[noreturn]] void wrong_type(const Value& value, const char* wanted) {
  throw failure(std::string("expected ") + wanted + ", found " + value.type_name());
}

}  // namespace

Value::Value(unsigned long i) {
  if (i <= static_cast<unsigned long>(std::numeric_limits<int64_t>::max())) {
    data_ = static_cast<int64_t>(i);
  } else {
    data_ = static_cast<double>(i);
  }
}

Value::Value(Array a) : data_(std::move(a)) {}
Value::Value(Object o) : data_(std::move(o)) {}
Value Value::object() { return Value(Object{}); }

const char* Value::type_name() const {
  static constexpr const char* kNames[] = {"null",   "boolean", "integer", "number",
                                           "string", "list",    "mapping"};
  return kNames[data_.index()];
}

bool Value::as_bool() const {
  if (!is_bool()) wrong_type(*this, "a boolean");
  return std::get<bool>(data_);
}

int64_t Value::as_int() const {
  if (!is_int()) wrong_type(*this, "an integer");
  return std::get<int64_t>(data_);
}

double Value::as_double() const {
  if (is_int()) return static_cast<double>(std::get<int64_t>(data_));
  if (is_string()) {
    const std::string& text = as_string();
    if (text == "NaN") return std::numeric_limits<double>::quiet_NaN();
    if (text == "Infinity") return std::numeric_limits<double>::infinity();
    if (text == "-Infinity") return -std::numeric_limits<double>::infinity();
  }
  if (!is_double()) wrong_type(*this, "a number");
  return std::get<double>(data_);
}

const std::string& Value::as_string() const {
  if (!is_string()) wrong_type(*this, "a string");
  return std::get<std::string>(data_);
}

const Value::Array& Value::as_array() const {
  if (!is_array()) wrong_type(*this, "a list");
  return std::get<Array>(data_);
}

Value::Array& Value::as_array() {
  if (!is_array()) wrong_type(*this, "a list");
  return std::get<Array>(data_);
}

const Value::Object& Value::as_object() const {
  if (!is_object()) wrong_type(*this, "a mapping");
  return std::get<Object>(data_);
}

Value::Object& Value::as_object() {
  if (!is_object()) wrong_type(*this, "a mapping");
  return std::get<Object>(data_);
}

const Value* Value::find(std::string_view key) const {
  if (!is_object()) return nullptr;
  for (const Member& member : std::get<Object>(data_)) {
    if (member.key == key) return &member.value;
  }
  return nullptr;
}

Value* Value::find(std::string_view key) {
  return const_cast<Value*>(std::as_const(*this).find(key));
}

const Value& Value::operator[](std::string_view key) const {
  static const Value kNull;
  const Value* found = find(key);
  return found != nullptr ? *found : kNull;
}

Value& Value::set(std::string key, Value value) {
  if (Value* found = find(key)) {
    *found = std::move(value);
  } else {
    as_object().push_back({std::move(key), std::move(value), {}});
  }
  return *this;
}

void Value::push(Value value) { as_array().push_back(std::move(value)); }

size_t Value::size() const {
  if (is_array()) return std::get<Array>(data_).size();
  if (is_object()) return std::get<Object>(data_).size();
  wrong_type(*this, "a list or a mapping");
}

bool operator==(const Value& a, const Value& b) {
  if (a.data_.index() != b.data_.index()) return false;
  if (!a.is_object()) return a.data_ == b.data_;
  const auto& members = a.as_object();
  return members.size() == b.size() && std::ranges::all_of(members, [&](const auto& member) {
           const Value* other = b.find(member.key);
           return other != nullptr && member.value == *other;
         });
}

}  // namespace mlo::format
