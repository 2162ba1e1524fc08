// How filter and sort name a part of a run: `metrics.KEY`, `params.KEY`, `tags.KEY`, or an
// attribute (id, name, experiment, parent, status, message, user, host, command, commit, dirty,
// started_at, ended_at, duration in seconds, model). A key with spaces or operators stands in "..."
// or `...`: metrics."val loss". `metric`, `param`, `tag` are understood too, as MLflow's users type
// them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "format/value.hpp"
#include "track/run.hpp"

namespace mlo::track {

struct Field {
  enum class Entity { attribute, metric, param, tag };
  Entity entity = Entity::attribute;
  std::string key;
};

/// Throws usage (nearest attribute as hint). `text` as typed, keys possibly quoted.
Field parse_field(std::string_view text);
/// nullopt when the run has no such thing. Metrics are their last value.
std::optional<format::Value> field_value(const Run& run, const Field& field);

/// A sort key: "[-]FIELD". Runs that lack the field come last, NaN before them; ties by latest
/// start, then id.
struct SortKey {
  Field field;
  bool descending = false;
};
SortKey parse_sort(std::string_view text);
bool sorts_before(const Run& a, const Run& b, const SortKey& key);
/// The default: latest start first, then id.
bool started_later(const Run& a, const Run& b);

}  // namespace mlo::track
