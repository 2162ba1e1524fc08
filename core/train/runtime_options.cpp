#include "train/runtime_options.hpp"

#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"

namespace mlo::train {

namespace {

using format::Fields;
using format::Value;

std::vector<std::string> keys_of(const Value& object) {
  std::vector<std::string> out;
  if (object.is_object())
    for (const Value::Member& member : object.as_object()) out.push_back(member.key);
  return out;
}

Value read_integers(Fields& fields, const std::string& key, const Value& rule) {
  const Value& value = fields.required(key);
  int64_t least = rule["least"].is_int() ? rule["least"].as_int() : INT64_MIN;
  int64_t most = rule["most"].is_int() ? rule["most"].as_int() : INT64_MAX;
  bool good = value.is_array() && value.size() > 0;
  for (const Value& item : good ? value.as_array() : Value::Array{})
    good &= item.is_int() && item.as_int() >= least && item.as_int() <= most;
  if (!good)
    throw fields.error(quoted(key) + " must be a list of integers from " + std::to_string(least) +
                           " to " + std::to_string(most),
                       &value, "for example: " + key + ": [32, 16]");
  return value;
}

/// One option by its rule {"type", "default", "choices", "least", "most"}.
Value read_option(Fields& fields, const std::string& key, const Value& rule) {
  const std::string& type = rule["type"].as_string();
  const Value& fallback = rule["default"];
  if (!fields.has(key) && !fallback.is_null()) return fallback;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  double least = rule["least"].is_number() ? rule["least"].as_double() : -kInfinity;
  double most = rule["most"].is_number() ? rule["most"].as_double() : kInfinity;
  if (type == "number") return fields.number(key, {}, least, most);
  if (type == "integers") return read_integers(fields, key, rule);
  if (type == "boolean") return fields.boolean(key, false);
  if (type == "choice") {
    std::vector<std::string> choices;
    for (const Value& choice : rule["choices"].as_array()) choices.push_back(choice.as_string());
    return fields.choice(key, {}, choices);
  }
  return fields.string(key);
}

void read_options(Fields& fields, const Value& rules, Value& out) {
  for (const Value::Member& rule : rules.as_object())
    out.set(rule.key, read_option(fields, rule.key, rule.value));
  fields.finish();
}

}  // namespace

plugin::PluginInfo choose_runtime_for(std::span<const plugin::PluginInfo> plugins,
                                      std::string_view wanted, const std::string& kind,
                                      const Value& model, const std::string& file,
                                      const std::string& where) {
  if (!wanted.empty()) return plugin::choose_runtime(plugins, wanted, "");
  std::vector<std::string> known;
  for (const plugin::PluginInfo& info : plugins) {
    const Value& models = info.options["model"];
    if (!info.problem.empty() || info.kind != "runtime") continue;
    if (models.find(kind)) return info;
    for (const std::string& name : keys_of(models)) known.push_back(name);
  }
  // No runtime at all: say that rather than that the model is unknown.
  if (known.empty()) return plugin::choose_runtime(plugins, "", "");
  const Value* at = model.find(model.find("builtin") ? "builtin" : "torchscript");
  throw Fields(model, file, where)
      .error("no runtime has a model " + quoted(kind), at, suggestion(kind, known));
}

Value model_options(const Value& model, const std::string& kind, const plugin::PluginInfo& runtime,
                    const std::string& file, const std::string& where) {
  Fields fields(model, file, where);
  bool builtin = fields.has("builtin");
  fields.any("torchscript");
  fields.any("scale");
  const Value* rules = runtime.options["model"].find(kind);
  if (!rules)
    throw fields.error("the runtime " + quoted(runtime.name) + " has no model " + quoted(kind),
                       model.find(builtin ? "builtin" : "torchscript"),
                       suggestion(kind, keys_of(runtime.options["model"])));
  Value out = Value::object();
  if (builtin)
    out.set("builtin", kind);
  else
    out.set("module", true);
  read_options(fields, *rules, out);
  return out;
}

void merge_optimizer_options(const Value* optimizer, const plugin::PluginInfo& runtime,
                             const std::string& file, const std::string& where, Value& out) {
  static const Value kNone = Value::object();
  Fields fields(optimizer ? *optimizer : kNone, file, where);
  fields.any("name");
  fields.any("lr");
  const std::string& name = out["name"].as_string();
  const Value* rules = runtime.options["optimizer"].find(name);
  if (!rules)
    throw fields.error("the runtime " + quoted(runtime.name) + " has no optimizer " + quoted(name),
                       optimizer, suggestion(name, keys_of(runtime.options["optimizer"])));
  read_options(fields, *rules, out);
}

}  // namespace mlo::train
