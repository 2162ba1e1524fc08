#include "track/field.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::track {
namespace {

using format::Value;

const std::vector<std::string>& attributes() {
  static const std::vector<std::string> names = {
      "id",     "name",  "experiment", "parent",   "status",   "message", "user", "host",
      "commit", "dirty", "started_at", "ended_at", "duration", "command", "model"};
  return names;
}

std::optional<Value> some(const std::string& text) {
  if (text.empty()) return std::nullopt;
  return Value(text);
}

std::optional<Value> time_attribute(const Run& run, std::string_view key) {
  if (key == "started_at") return Value(format_time(run.started_at));
  if (!run.ended_at) return std::nullopt;
  if (key == "ended_at") return Value(format_time(*run.ended_at));
  return Value(static_cast<double>(*run.ended_at - run.started_at) / 1e9);
}

std::optional<Value> attribute_value(const Run& run, std::string_view key) {
  if (key == "id") return Value(run.id);
  if (key == "name") return Value(run.name);
  if (key == "experiment") return Value(run.experiment);
  if (key == "parent") return some(run.parent);
  if (key == "status") return Value(status_name(run.status));
  if (key == "message") return some(run.message);
  if (key == "user") return some(run.user);
  if (key == "host") return some(run.host);
  if (key == "commit") return some(run.commit);
  if (key == "dirty") return Value(run.dirty);
  if (key == "command") return some(join(run.command, " "));
  if (key == "model") return run.model ? std::optional(Value(run.model->text())) : std::nullopt;
  return time_attribute(run, key);
}

/// `"a b"`, `` `a b` `` or a bare word.
std::string unquoted(std::string_view key, std::string_view whole) {
  if (key.empty()) throw usage(fmt::format("{} names no key", quoted(whole)));
  const char mark = key.front();
  if (mark != '"' && mark != '`') return std::string(key);
  if (key.size() < 3 || key.back() != mark) {
    throw usage(fmt::format("{}: the quote is not closed", quoted(whole)));
  }
  return std::string(key.substr(1, key.size() - 2));
}

Field parse_attribute(std::string_view key) {
  for (const auto& name : attributes()) {
    if (name == key) return {Field::Entity::attribute, name};
  }
  auto known = attributes();
  known.insert(known.end(), {"metrics.KEY", "params.KEY", "tags.KEY"});
  throw usage(fmt::format("a run has no {}", quoted(key)), suggestion(key, known));
}

/// 0: a number or text, 1: NaN, 2: missing. Compared before the values.
int rank(const std::optional<Value>& value) {
  if (!value || value->is_null()) return 2;
  return value->is_double() && std::isnan(value->as_double()) ? 1 : 0;
}

int three_way(const Value& a, const Value& b) {
  if (a.is_number() && b.is_number()) {
    return a.as_double() < b.as_double() ? -1 : a.as_double() > b.as_double();
  }
  // Numbers before texts; booleans as texts.
  if (a.is_number() != b.is_number()) return a.is_number() ? -1 : 1;
  const auto text = [](const Value& value) {
    if (value.is_string()) return value.as_string();
    return std::string(value.is_bool() ? (value.as_bool() ? "true" : "false") : "");
  };
  const int order = text(a).compare(text(b));
  return order < 0 ? -1 : order > 0;
}

}  // namespace

Field parse_field(std::string_view text) {
  struct Prefix {
    std::string_view name;
    Field::Entity entity;
  };
  static constexpr std::array<Prefix, 9> kPrefixes = {{{"metrics.", Field::Entity::metric},
                                                       {"metric.", Field::Entity::metric},
                                                       {"params.", Field::Entity::param},
                                                       {"param.", Field::Entity::param},
                                                       {"parameters.", Field::Entity::param},
                                                       {"tags.", Field::Entity::tag},
                                                       {"tag.", Field::Entity::tag},
                                                       {"attributes.", Field::Entity::attribute},
                                                       {"run.", Field::Entity::attribute}}};
  for (const auto& prefix : kPrefixes) {
    if (!text.starts_with(prefix.name)) continue;
    const std::string key = unquoted(text.substr(prefix.name.size()), text);
    if (prefix.entity == Field::Entity::attribute) return parse_attribute(key);
    return {prefix.entity, key};
  }
  return parse_attribute(text);
}

std::optional<Value> field_value(const Run& run, const Field& field) {
  switch (field.entity) {
    case Field::Entity::attribute:
      return attribute_value(run, field.key);
    case Field::Entity::metric:
      if (const Metric* metric = run.metric(field.key)) return Value(metric->last);
      return std::nullopt;
    case Field::Entity::param:
      if (const Value* value = run.param(field.key)) return *value;
      return std::nullopt;
    case Field::Entity::tag:
      break;
  }
  for (const auto& [key, value] : run.tags) {
    if (key == field.key) return Value(value);
  }
  return std::nullopt;
}

SortKey parse_sort(std::string_view text) {
  SortKey key;
  key.descending = text.starts_with('-');
  if (key.descending) text.remove_prefix(1);
  key.field = parse_field(text);
  return key;
}

bool started_later(const Run& a, const Run& b) {
  if (a.started_at != b.started_at) return a.started_at > b.started_at;
  return a.id < b.id;
}

bool sorts_before(const Run& a, const Run& b, const SortKey& key) {
  const auto left = field_value(a, key.field);
  const auto right = field_value(b, key.field);
  if (rank(left) != rank(right)) return rank(left) < rank(right);
  if (rank(left) == 0) {
    const int order = three_way(*left, *right);
    if (order != 0) return key.descending ? order > 0 : order < 0;
  }
  return started_later(a, b);
}

}  // namespace mlo::track
