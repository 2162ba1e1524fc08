#include "format/fields.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "base/text.hpp"

namespace mlo::format {
namespace {

std::string place(const std::string& file, Position at) {
  if (at.line == 0) return file;
  return file + ":" + std::to_string(at.line) + ":" + std::to_string(at.column);
}

}  // namespace

Fields::Fields(const Value& value, std::string file, std::string where, Exit code)
    : value_(value), file_(std::move(file)), where_(std::move(where)), code_(code) {
  if (!value_.is_object()) {
    throw error(std::string("expected a mapping, found ") + value_.type_name());
  }
}

Error Fields::error(std::string message, const Value* at, std::string hint) const {
  Position position = (at != nullptr ? *at : value_).position();
  std::string subject = where_.empty() ? "" : quoted(where_) + ": ";
  return Error(code_, place(file_, position) + ": " + subject + message, std::move(hint));
}

bool Fields::has(std::string_view key) { return any(key) != nullptr; }

const Value* Fields::any(std::string_view key) {
  if (std::ranges::find(known_, key) == known_.end()) known_.emplace_back(key);
  const Value* found = value_.find(key);
  return found != nullptr && !found->is_null() ? found : nullptr;
}

const Value& Fields::required(std::string_view key) {
  const Value* found = any(key);
  if (found != nullptr) return *found;
  if (const Value* empty = value_.find(key)) throw error(quoted(key) + " has no value", empty);
  // A misspelt key is the likeliest reason for a missing one.
  std::vector<std::string> present;
  for (const auto& member : value_.as_object()) present.push_back(member.key);
  auto near = nearest(key, present);
  throw error("needs the key " + quoted(key), nullptr,
              near ? quoted(*near) + " is not a key that is known here" : "");
}

std::string Fields::string(std::string_view key) {
  const Value& value = required(key);
  if (!value.is_string()) {
    throw error(quoted(key) + " must be a text, found " + value.type_name(), &value);
  }
  return value.as_string();
}

std::string Fields::string(std::string_view key, std::string_view fallback) {
  return has(key) ? string(key) : std::string(fallback);
}

std::optional<std::string> Fields::optional_string(std::string_view key) {
  if (!has(key)) return std::nullopt;
  return string(key);
}

bool Fields::boolean(std::string_view key, bool fallback) {
  const Value* value = any(key);
  if (value == nullptr) return fallback;
  if (!value->is_bool()) {
    throw error(quoted(key) + " must be true or false, found " + value->type_name(), value);
  }
  return value->as_bool();
}

int64_t Fields::integer(std::string_view key, std::optional<int64_t> fallback, int64_t least,
                        int64_t most) {
  if (fallback && !has(key)) return *fallback;
  const Value& value = required(key);
  if (!value.is_int()) {
    throw error(quoted(key) + " must be an integer, found " + value.type_name(), &value);
  }
  int64_t number = value.as_int();
  if (number < least || number > most) {
    throw error(quoted(key) + " must lie between " + std::to_string(least) + " and " +
                    std::to_string(most) + ", found " + std::to_string(number),
                &value);
  }
  return number;
}

void Fields::version(std::string_view key, int64_t newest) {
  int64_t found = integer(key, std::nullopt, 1, INT64_MAX);
  if (found > newest) throw error("written by a newer mlo", any(key), "update mlo");
}

double Fields::number(std::string_view key, std::optional<double> fallback, double least,
                      double most) {
  if (fallback && !has(key)) return *fallback;
  const Value& value = required(key);
  if (!value.is_number()) {
    throw error(quoted(key) + " must be a number, found " + value.type_name(), &value);
  }
  double number = value.as_double();
  if (!(number >= least && number <= most)) {
    throw error(quoted(key) + " must lie between " + number_text(least) + " and " +
                    number_text(most) + ", found " + number_text(number),
                &value);
  }
  return number;
}

std::vector<std::string> Fields::strings(std::string_view key) {
  const Value* value = any(key);
  if (value == nullptr) return {};
  if (value->is_string()) return {value->as_string()};
  if (!value->is_array()) {
    throw error(quoted(key) + " must be a list, found " + value->type_name(), value);
  }
  std::vector<std::string> texts;
  for (const Value& item : value->as_array()) {
    if (!item.is_string()) {
      throw error(quoted(key) + " must be a list of texts, found " + item.type_name(), &item);
    }
    texts.push_back(item.as_string());
  }
  return texts;
}

std::string Fields::choice(std::string_view key, std::optional<std::string_view> fallback,
                           std::span<const std::string> choices) {
  if (fallback && !has(key)) return std::string(*fallback);
  std::string text = string(key);
  if (std::ranges::find(choices, text) == choices.end()) {
    throw error(quoted(key) + " cannot be " + quoted(text), &required(key),
                suggestion(text, choices));
  }
  return text;
}

void Fields::finish() {
  for (const auto& member : value_.as_object()) {
    if (std::ranges::find(known_, member.key) != known_.end()) continue;
    std::string subject = where_.empty() ? "" : quoted(where_) + ": ";
    Position at = member.position.line != 0 ? member.position : value_.position();
    throw Error(code_, place(file_, at) + ": " + subject + "unknown key " + quoted(member.key),
                suggestion(member.key, known_));
  }
}

}  // namespace mlo::format
