#include "track/diff.hpp"

#include <cmath>
#include <map>

namespace mlo::track {
namespace {

using format::Value;
using Section = std::map<std::string, Value>;

/// Not how long it took: two runs never take the same time, and that is no difference.
Section about_run(const Run& run) {
  Section out;
  out["status"] = status_name(run.status);
  out["experiment"] = run.experiment;
  out["commit"] = run.commit.empty() ? Value() : Value(run.commit);
  out["dirty"] = run.dirty;
  std::string command;
  for (const auto& word : run.command) command += (command.empty() ? "" : " ") + word;
  out["command"] = command;
  return out;
}

Section params(const Run& run) { return {run.params.begin(), run.params.end()}; }

Section metrics(const Run& run) {
  Section out;
  for (const auto& [key, metric] : run.metrics) out[key] = metric.last;
  return out;
}

Section inputs(const Run& run) {
  Section out;
  for (const auto& input : run.inputs) out[input.name] = input.digest.text();
  return out;
}

Section outputs(const Run& run) {
  Section out;
  for (const auto& output : run.outputs) out[output.path] = output.digest.text();
  return out;
}

/// Members of members become "cpu.model".
void flatten(const Value& value, const std::string& prefix, Section& out) {
  if (!value.is_object()) {
    out[prefix] = value;
    return;
  }
  for (const auto& member : value.as_object()) {
    flatten(member.value, prefix.empty() ? member.key : prefix + "." + member.key, out);
  }
}

Section environment(const Run& run) {
  Section out;
  flatten(run.environment, "", out);
  return out;
}

Section tags(const Run& run) {
  Section out;
  for (const auto& [key, value] : run.tags) out[key] = value;
  return out;
}

/// A metric that diverged in both runs is no difference: NaN is NaN here.
bool same(const Value& a, const Value& b) {
  const auto is_nan = [](const Value& v) { return v.is_double() && std::isnan(v.as_double()); };
  return a == b || (is_nan(a) && is_nan(b));
}

void compare(const std::string& section, const Section& a, const Section& b,
             const DiffOptions& options, std::vector<Difference>& out) {
  Section keys = a;
  keys.insert(b.begin(), b.end());
  for (const auto& [key, unused] : keys) {
    const auto left = a.find(key), right = b.find(key);
    Difference one{section, key, left == a.end() ? Value() : left->second,
                   right == b.end() ? Value() : right->second, false};
    one.same = same(one.a, one.b);
    if (!one.same || options.all) out.push_back(std::move(one));
  }
}

Value brief_json(const Run& run) {
  Value out = Value::object();
  return out.set("id", run.id).set("name", run.name);
}

}  // namespace

RunDiff diff_runs(Run a, Run b, const DiffOptions& options) {
  RunDiff diff;
  const std::pair<const char*, Section (*)(const Run&)> sections[] = {
      {"run", about_run},   {"params", params},           {"metrics", metrics}, {"inputs", inputs},
      {"outputs", outputs}, {"environment", environment}, {"tags", tags}};
  for (const auto& [name, extract] : sections) {
    compare(name, extract(a), extract(b), options, diff.differences);
  }
  diff.a = std::move(a);
  diff.b = std::move(b);
  return diff;
}

Value to_json(const RunDiff& diff) {
  Value out = Value::object();
  out.set("a", brief_json(diff.a)).set("b", brief_json(diff.b));
  Value list = Value::array();
  for (const auto& one : diff.differences) {
    Value item = Value::object();
    item.set("section", one.section).set("key", one.key);
    item.set("a", one.a).set("b", one.b).set("same", one.same);
    list.push(std::move(item));
  }
  return out.set("differences", std::move(list));
}

}  // namespace mlo::track
