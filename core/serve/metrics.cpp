#include "serve/metrics.hpp"

#include "base/text.hpp"

namespace mlo::serve {
namespace {

std::string escaped(std::string_view value) {
  std::string out;
  for (const char c : value) {
    if (c == '\\' || c == '"') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  return out;
}

class Writer {
 public:
  void family(std::string_view name, std::string_view type, std::string_view help) {
    name_ = name;
    out_ += "# HELP " + name_ + " " + std::string(help) + "\n# TYPE " + name_ + " " +
            std::string(type) + "\n";
  }
  void sample(const std::string& labels, const std::string& value, std::string_view suffix = "") {
    out_ += name_ + std::string(suffix);
    if (!labels.empty()) out_ += "{" + labels + "}";
    out_ += " " + value + "\n";
  }
  std::string take() { return std::move(out_); }

 private:
  std::string name_, out_;
};

std::string label(std::string_view key, std::string_view value) {
  return std::string(key) + "=\"" + escaped(value) + "\"";
}

std::string labels_of(const std::pair<std::string, std::string>& key) {
  return label("model", key.first) + "," + label("version", key.second);
}

void write_latency(Writer& out, const std::string& labels, const VersionMetrics& metrics) {
  uint64_t total = 0;
  for (size_t i = 0; i < metrics.latency.size(); ++i) {
    total += metrics.latency[i].load(std::memory_order_relaxed);
    const std::string bound = i < kLatencyBounds.size() ? number_text(kLatencyBounds[i]) : "+Inf";
    out.sample(labels + ",le=\"" + bound + "\"", std::to_string(total), "_bucket");
  }
  out.sample(labels, number_text(static_cast<double>(metrics.latency_nanoseconds.load()) / 1e9),
             "_sum");
  out.sample(labels, std::to_string(total), "_count");
}

}  // namespace

std::vector<std::pair<int, uint64_t>> CodeCounter::seen() const {
  std::vector<std::pair<int, uint64_t>> out;
  for (size_t i = 0; i < counts_.size(); ++i) {
    const uint64_t count = counts_[i].load(std::memory_order_relaxed);
    if (count != 0) out.emplace_back(static_cast<int>(i) + 100, count);
  }
  return out;
}

void VersionMetrics::observe(int64_t nanoseconds) {
  const double seconds = static_cast<double>(nanoseconds) / 1e9;
  size_t bucket = 0;
  while (bucket < kLatencyBounds.size() && seconds > kLatencyBounds[bucket]) ++bucket;
  latency[bucket].fetch_add(1, std::memory_order_relaxed);
  latency_nanoseconds.fetch_add(static_cast<uint64_t>(nanoseconds), std::memory_order_relaxed);
}

VersionMetrics& Metrics::version(const std::string& model, const std::string& version) {
  std::lock_guard hold(mutex_);
  auto& slot = versions_[{model, version}];
  if (!slot) slot = std::make_unique<VersionMetrics>();
  return *slot;
}

std::string Metrics::text(size_t connections, const std::vector<LoadedModel>& loaded) const {
  Writer out;
  out.family("mlo_http_requests_total", "counter", "HTTP requests answered, by status code.");
  for (const auto& [code, count] : responses.seen()) {
    out.sample("code=\"" + std::to_string(code) + "\"", std::to_string(count));
  }
  out.family("mlo_http_requests_in_flight", "gauge", "HTTP requests being handled now.");
  out.sample("", std::to_string(in_flight.load()));
  out.family("mlo_http_connections", "gauge", "Open client connections.");
  out.sample("", std::to_string(connections));
  std::lock_guard hold(mutex_);
  out.family("mlo_inference_requests_total", "counter",
             "Inference requests by model, version and status code.");
  for (const auto& [key, metrics] : versions_) {
    for (const auto& [code, count] : metrics->requests.seen()) {
      out.sample(labels_of(key) + ",code=\"" + std::to_string(code) + "\"", std::to_string(count));
    }
  }
  out.family("mlo_inference_rows_total", "counter", "Rows predicted, by model and version.");
  for (const auto& [key, metrics] : versions_) {
    out.sample(labels_of(key), std::to_string(metrics->rows.load()));
  }
  out.family("mlo_inference_duration_seconds", "histogram",
             "Time from the complete request to its response, successful or not.");
  for (const auto& [key, metrics] : versions_) write_latency(out, labels_of(key), *metrics);
  out.family("mlo_model_info", "gauge", "Model versions served now; always 1.");
  for (const LoadedModel& model : loaded) {
    out.sample(labels_of({model.model, model.version}) + "," + label("digest", model.digest) + "," +
                   label("platform", model.platform),
               "1");
  }
  out.family("mlo_model_switches_total", "counter", "Changes of the served version since start.");
  out.sample("", std::to_string(switches.load()));
  return out.take();
}

}  // namespace mlo::serve
