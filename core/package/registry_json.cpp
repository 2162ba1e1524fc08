#include "package/registry.hpp"

namespace mlo::package {

using format::Value;

Value to_json(const ModelVersion& version) {
  const auto text_or_null = [](const std::string& text) {
    return text.empty() ? Value() : Value(text);
  };
  Value out = Value::object();
  out.set("name", version.name).set("version", version.version);
  out.set("digest", version.digest.text()).set("kind", version.kind);
  out.set("run", text_or_null(version.run)).set("commit", text_or_null(version.commit));
  Value metrics = Value::object();
  for (const auto& [key, value] : version.metrics) metrics.set(key, value);
  return out.set("metrics", std::move(metrics)).set("path", version.file);
}

Value to_json(const Model& model) {
  Value out = Value::object();
  out.set("name", model.name);
  out.set("description", model.description.empty() ? Value() : Value(model.description));
  out.set("stage", model.stage.empty() ? Value() : Value(model.stage));
  Value aliases = Value::object();
  for (const auto& [alias, version] : model.aliases) aliases.set(alias, version);
  Value tags = Value::object();
  for (const auto& [key, value] : model.tags) tags.set(key, value);
  Value versions = Value::array();
  for (const auto& version : model.versions) versions.push(to_json(version));
  out.set("aliases", std::move(aliases)).set("tags", std::move(tags));
  return out.set("versions", std::move(versions));
}

}  // namespace mlo::package
