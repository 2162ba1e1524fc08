#include "track/fold.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <tuple>
#include <unordered_map>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::track {
namespace {

using format::Value;

std::string text_of(const Value& record, std::string_view key) {
  const Value& value = record[key];
  return value.is_string() ? value.as_string() : std::string();
}

Digest digest_of(const Value& record, const std::string& run) {
  const auto digest = parse_digest(text_of(record, "digest"));
  if (!digest) throw failure("run " + run + ": an event has a malformed digest");
  return *digest;
}

uint64_t size_of(const Value& record) {
  const Value& size = record["size"];
  return size.is_int() && size.as_int() >= 0 ? static_cast<uint64_t>(size.as_int()) : 0;
}

Status status_of(std::string_view name) {
  if (name == "finished") return Status::finished;
  if (name == "interrupted") return Status::interrupted;
  return Status::failed;
}

/// The maps that become the sorted lists of Run, and who began the run.
class Fold {
 public:
  explicit Fold(std::string id) { run_.id = std::move(id); }

  void apply(const Record& record, const std::string& writer) {
    using Apply = void (Fold::*)(const Record&, const std::string&);
    static const std::unordered_map<std::string_view, Apply> kEvents = {
        {"start", &Fold::start}, {"end", &Fold::end},         {"param", &Fold::param},
        {"tag", &Fold::tag},     {"input", &Fold::input},     {"output", &Fold::output},
        {"model", &Fold::model}, {"removed", &Fold::removed}, {"environment", &Fold::environment}};
    const auto found = kEvents.find(record.value["event"].as_string());
    if (found != kEvents.end()) (this->*found->second)(record, writer);
  }

  bool started() const { return !starter_.empty(); }
  const std::string& starter() const { return starter_; }

  Run take() {
    for (auto& [key, value] : tags_) run_.tags.emplace_back(key, std::move(value));
    for (auto& [key, value] : params_) run_.params.emplace_back(key, std::move(value));
    for (auto& [key, value] : inputs_) run_.inputs.push_back(std::move(value));
    for (auto& [key, value] : outputs_) run_.outputs.push_back(std::move(value));
    if (run_.environment.is_null()) run_.environment = Value::object();
    return std::move(run_);
  }

 private:
  void start(const Record& record, const std::string& writer) {
    if (started()) return;  // one beginning; a forged second one changes nothing
    const Value& value = record.value;
    starter_ = writer;
    run_.started_at = record.time;
    run_.name = text_of(value, "name");
    run_.experiment = text_of(value, "experiment");
    run_.parent = text_of(value, "parent");
    run_.user = text_of(value, "user");
    run_.host = text_of(value, "host");
    run_.commit = text_of(value, "commit");
    run_.snapshot = text_of(value, "snapshot");
    run_.dirty = value["dirty"].is_bool() && value["dirty"].as_bool();
    if (!value["command"].is_array()) return;
    for (const auto& word : value["command"].as_array()) {
      if (word.is_string()) run_.command.push_back(word.as_string());
    }
  }
  void end(const Record& record, const std::string&) {
    run_.status = status_of(text_of(record.value, "status"));
    run_.message = text_of(record.value, "message");
    run_.ended_at = record.time;
  }
  void param(const Record& record, const std::string&) {
    params_[text_of(record.value, "key")] = record.value["value"];
  }
  void tag(const Record& record, const std::string&) {
    const Value& value = record.value["value"];
    if (value.is_string()) {
      tags_[text_of(record.value, "key")] = value.as_string();
    } else {
      tags_.erase(text_of(record.value, "key"));
    }
  }
  void input(const Record& record, const std::string&) {
    const std::string name = text_of(record.value, "name");
    inputs_[name] = {name, digest_of(record.value, run_.id), size_of(record.value)};
  }
  void output(const Record& record, const std::string&) {
    const std::string path = text_of(record.value, "path");
    outputs_[path] = {path, digest_of(record.value, run_.id), size_of(record.value)};
  }
  void model(const Record& record, const std::string&) {
    run_.model = digest_of(record.value, run_.id);
  }
  void removed(const Record& record, const std::string&) {
    const Value& value = record.value["removed"];
    run_.removed = value.is_bool() && value.as_bool();
  }
  void environment(const Record& record, const std::string&) {
    if (run_.environment.is_null()) run_.environment = Value::object();
    const Value& members = record.value["members"];
    if (!members.is_object()) return;
    for (const auto& member : members.as_object()) run_.environment.set(member.key, member.value);
  }

  Run run_;
  std::string starter_;
  std::map<std::string, std::string> tags_;
  std::map<std::string, Value> params_;
  std::map<std::string, Input> inputs_;
  std::map<std::string, Output> outputs_;
};

struct Ordered {
  const Record* record;
  const std::string* writer;
};

std::vector<Ordered> ordered_records(const RunEvents& events) {
  std::vector<Ordered> all;
  for (const auto& segment : events.segments) {
    for (const auto& record : segment.records) all.push_back({&record, &segment.writer});
  }
  std::sort(all.begin(), all.end(), [](const Ordered& a, const Ordered& b) {
    return std::tie(a.record->time, *a.writer, a.record->sequence) <
           std::tie(b.record->time, *b.writer, b.record->sequence);
  });
  return all;
}

/// Summary of one series in one pass; `at` is where `last` was seen.
struct Summary {
  Metric metric;
  std::tuple<int64_t, Time, std::string_view, uint64_t> at;

  void add(const SeriesPoint& point, std::string_view writer) {
    const auto place = std::make_tuple(point.step, point.time, writer, point.sequence);
    if (metric.count == 0 || place >= at) {
      at = place;
      metric.last = point.value;
      metric.step = point.step;
    }
    if (metric.count == 0 || std::isnan(metric.min) || point.value < metric.min) {
      metric.min = point.value;
    }
    if (metric.count == 0 || std::isnan(metric.max) || point.value > metric.max) {
      metric.max = point.value;
    }
    ++metric.count;
  }
};

std::vector<std::pair<std::string, Metric>> fold_metrics(const RunEvents& events) {
  std::map<std::string_view, Summary> all;
  for (const auto& segment : events.segments) {
    std::vector<Summary*> here;
    for (const auto& key : segment.series) here.push_back(&all[key]);
    for (const auto& point : segment.points) here[point.series]->add(point, segment.writer);
  }
  std::vector<std::pair<std::string, Metric>> metrics;
  for (const auto& [key, summary] : all) {
    if (summary.metric.count > 0) metrics.emplace_back(key, summary.metric);
  }
  return metrics;
}

}  // namespace

std::optional<Run> fold_run(std::string id, const RunEvents& events) {
  Fold fold(std::move(id));
  for (const auto& [record, writer] : ordered_records(events)) fold.apply(*record, *writer);
  if (!fold.started()) return std::nullopt;
  const std::string starter = fold.starter();
  Run run = fold.take();
  run.metrics = fold_metrics(events);
  if (!run.ended_at) {
    const bool alive =
        std::find(events.held.begin(), events.held.end(), starter) != events.held.end();
    run.status = alive ? Status::running : Status::died;
  }
  return run;
}

std::vector<Series> fold_series(const RunEvents& events) {
  struct Placed {
    Point point;
    std::string_view writer;
    uint64_t sequence;
  };
  std::map<std::string, std::vector<Placed>> all;
  for (const auto& segment : events.segments) {
    std::vector<std::vector<Placed>*> here;
    for (const auto& key : segment.series) here.push_back(&all[key]);
    for (const auto& p : segment.points) {
      here[p.series]->push_back({{p.step, p.time, p.value}, segment.writer, p.sequence});
    }
  }
  std::vector<Series> series;
  for (auto& [key, placed] : all) {
    std::sort(placed.begin(), placed.end(), [](const Placed& a, const Placed& b) {
      return std::tie(a.point.step, a.point.time, a.writer, a.sequence) <
             std::tie(b.point.step, b.point.time, b.writer, b.sequence);
    });
    Series one{key, {}};
    for (const auto& p : placed) one.points.push_back(p.point);
    if (!one.points.empty()) series.push_back(std::move(one));
  }
  return series;
}

}  // namespace mlo::track
