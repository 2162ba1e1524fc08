#include "json.hpp"

#include <charconv>
#include <cmath>

namespace mlo_torch {

namespace {

[[noreturn]] void bad(std::string_view key, const std::string& what) {
  throw ArgumentError("'" + std::string(key) + "' " + what);
}

class Parser {
 public:
  explicit Parser(std::string_view text) : at_(text.data()), end_(at_ + text.size()) {}

  Json document() {
    Json value = parse(0);
    space();
    if (at_ != end_) fail();
    return value;
  }

 private:
  [[noreturn]] static void fail() { throw ArgumentError("malformed JSON"); }
  void space() {
    while (at_ != end_ && (*at_ == ' ' || *at_ == '\n' || *at_ == '\t' || *at_ == '\r')) ++at_;
  }
  bool take(char c) {
    space();
    if (at_ == end_ || *at_ != c) return false;
    ++at_;
    return true;
  }
  void word(std::string_view text) {
    if (std::string_view(at_, end_ - at_).substr(0, text.size()) != text) fail();
    at_ += text.size();
  }

  Json parse(int depth) {
    if (depth > 32) fail();
    space();
    if (at_ == end_) fail();
    Json out;
    switch (*at_) {
      case '{':
        return object(depth);
      case '[':
        return array(depth);
      case '"':
        out.kind = Json::Kind::string;
        out.text = string();
        return out;
      case 't':
        word("true");
        return Json{
            .kind = Json::Kind::boolean, .number = 1, .text = {}, .items = {}, .members = {}};
      case 'f':
        word("false");
        out.kind = Json::Kind::boolean;
        return out;
      case 'n':
        word("null");
        return out;
      default:
        return number();
    }
  }

  Json number() {
    Json out;
    out.kind = Json::Kind::number;
    auto result = std::from_chars(at_, end_, out.number);
    if (result.ec != std::errc() || !std::isfinite(out.number)) fail();  // it takes "inf" and "nan"
    at_ = result.ptr;
    return out;
  }

  Json array(int depth) {
    Json out;
    out.kind = Json::Kind::array;
    take('[');
    if (take(']')) return out;
    do out.items.push_back(parse(depth + 1));
    while (take(','));
    if (!take(']')) fail();
    return out;
  }

  Json object(int depth) {
    Json out;
    out.kind = Json::Kind::object;
    take('{');
    if (take('}')) return out;
    do {
      space();
      std::string key = string();
      if (!take(':')) fail();
      out.members.emplace_back(std::move(key), parse(depth + 1));
    } while (take(','));
    if (!take('}')) fail();
    return out;
  }

  std::string string() {
    if (!take('"')) fail();
    std::string out;
    while (at_ != end_ && *at_ != '"') {
      if (*at_ == '\\')
        escape(out);
      else
        out += *at_++;
    }
    if (at_ == end_) fail();
    ++at_;
    return out;
  }

  // Names and choices are ASCII; anything beyond is kept as an unreadable name.
  void escape(std::string& out) {
    if (end_ - at_ < 2) fail();
    char c = at_[1];
    at_ += 2;
    if (c == 'u') {
      if (end_ - at_ < 4) fail();
      unsigned code = 0;
      if (std::from_chars(at_, at_ + 4, code, 16).ptr != at_ + 4) fail();
      at_ += 4;
      out += code < 128 ? static_cast<char>(code) : '?';
    } else {
      out += c == 'n' ? '\n' : c == 't' ? '\t' : c == 'r' ? '\r' : c;
    }
  }

  const char* at_;
  const char* end_;
};

}  // namespace

const Json* Json::find(std::string_view key) const {
  for (const auto& [name, value] : members)
    if (name == key) return value.kind == Kind::null ? nullptr : &value;
  return nullptr;
}

const Json& Json::at(std::string_view key) const {
  const Json* value = find(key);
  if (!value) bad(key, "is missing");
  return *value;
}

int64_t Json::integer(std::string_view key, int64_t least, int64_t most) const {
  const Json& value = at(key);
  if (value.kind != Kind::number || value.number != std::floor(value.number) ||
      value.number < static_cast<double>(least) || value.number > static_cast<double>(most))
    bad(key, "must be an integer from " + std::to_string(least) + " to " + std::to_string(most));
  return static_cast<int64_t>(value.number);
}

double Json::real(std::string_view key, double fallback, double least, double most) const {
  const Json* value = find(key);
  if (!value) return fallback;
  if (value->kind != Kind::number || !(value->number >= least && value->number <= most))
    bad(key, "must be a number from " + number_text(least) + " to " + number_text(most));
  return value->number;
}

std::string Json::string(std::string_view key, std::string_view fallback) const {
  const Json* value = find(key);
  if (!value) return std::string(fallback);
  if (value->kind != Kind::string) bad(key, "must be a string");
  return value->text;
}

std::vector<double> Json::reals(std::string_view key) const {
  std::vector<double> out;
  const Json* value = find(key);
  if (!value) return out;
  if (value->kind != Kind::array) bad(key, "must be a list of numbers");
  for (const Json& item : value->items) {
    if (item.kind != Kind::number) bad(key, "must be a list of numbers");
    out.push_back(item.number);
  }
  return out;
}

std::vector<int64_t> Json::integers(std::string_view key, int64_t least, int64_t most) const {
  std::vector<int64_t> out;
  for (double value : reals(key)) {
    if (value != std::floor(value) || value < static_cast<double>(least) ||
        value > static_cast<double>(most))
      bad(key, "must hold integers from " + std::to_string(least) + " to " + std::to_string(most));
    out.push_back(static_cast<int64_t>(value));
  }
  return out;
}

Json parse_json(std::string_view text) { return Parser(text).document(); }

std::string number_text(double value) {
  char text[40];
  auto end = std::to_chars(text, text + sizeof text, value).ptr;
  return {text, end};
}

}  // namespace mlo_torch
