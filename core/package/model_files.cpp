#include "package/model_files.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/yaml.hpp"

namespace mlo::package {
namespace {

using format::Fields;
using format::Value;

const std::vector<std::string> kKinds = {"package", "mlflow"};
constexpr std::string_view kSuffix = ".yaml";

/// Members of an optional mapping, sorted by key.
std::vector<Value::Member> mapping(Fields& fields, std::string_view key) {
  const Value* value = fields.any(key);
  if (value == nullptr || value->is_null()) return {};
  if (!value->is_object()) throw fields.error("expected a mapping", value);
  auto members = value->as_object();
  std::sort(members.begin(), members.end(),
            [](const auto& a, const auto& b) { return a.key < b.key; });
  return members;
}

std::string tag_text(const Value& value) {
  if (value.is_string()) return value.as_string();
  std::string text = format::to_yaml(value);
  return text.substr(0, text.size() - 1);
}

}  // namespace

void parse_version_file(std::string_view text, const std::string& name, ModelVersion& version) {
  const Value document = format::parse_yaml(text, name);
  Fields fields(document, name, "", Exit::failure);
  fields.version("mlo", 1);
  const auto digest = parse_digest(fields.string("digest"));
  if (!digest) throw fields.error("malformed digest", fields.any("digest"));
  version.digest = *digest;
  version.kind = fields.choice("kind", std::nullopt, kKinds);
  version.run = fields.string("run", "");
  version.commit = fields.string("commit", "");
  for (const auto& metric : mapping(fields, "metrics")) {
    if (!metric.value.is_number()) throw fields.error("expected a number", &metric.value);
    version.metrics.emplace_back(metric.key, metric.value.as_double());
  }
  fields.finish();
}

void parse_model_file(std::string_view text, const std::string& name, Model& model) {
  const Value document = format::parse_yaml(text, name);
  Fields fields(document, name, "", Exit::failure);
  fields.version("mlo", 1);
  model.description = fields.string("description", "");
  model.stage = fields.string("stage", "");
  for (const auto& alias : mapping(fields, "aliases")) {
    if (!alias.value.is_int() || alias.value.as_int() < 1) {
      throw fields.error("expected a version number", &alias.value);
    }
    model.aliases.emplace_back(alias.key, alias.value.as_int());
  }
  for (const auto& tag : mapping(fields, "tags")) {
    model.tags.emplace_back(tag.key, tag_text(tag.value));
  }
  fields.finish();
}

std::string format_version_file(const ModelVersion& version) {
  Value out = Value::object();
  out.set("mlo", 1).set("digest", version.digest.text()).set("kind", version.kind);
  if (!version.run.empty()) out.set("run", version.run);
  if (!version.commit.empty()) out.set("commit", version.commit);
  if (!version.metrics.empty()) {
    Value metrics = Value::object();
    for (const auto& [key, value] : version.metrics) metrics.set(key, value);
    out.set("metrics", std::move(metrics));
  }
  return format::to_yaml(out);
}

std::string empty_model_file() { return "mlo: 1\n"; }

std::optional<int64_t> version_of_file(std::string_view file) {
  if (!file.ends_with(kSuffix)) return std::nullopt;
  const auto digits = file.substr(0, file.size() - kSuffix.size());
  if (digits.empty() || digits.front() == '0' || digits.size() > 18 ||
      digits.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  return parse_int(digits);
}

}  // namespace mlo::package
