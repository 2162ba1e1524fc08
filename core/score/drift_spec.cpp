#include "score/drift_spec.hpp"

#include "drift/tests.hpp"
#include "format/fields.hpp"

namespace mlo::score {
namespace {

using format::Fields;
using format::Value;

drift::ColumnSettings parse_column(const Value& value, const std::string& file,
                                   const std::string& where) {
  Fields fields(value, file, where);
  drift::ColumnSettings settings;
  std::vector<std::string> names;
  for (const drift::Test& test : drift::tests()) names.emplace_back(test.name);
  names.emplace_back("none");
  if (fields.has("test")) settings.test = fields.choice("test", std::nullopt, names);
  if (fields.has("threshold"))
    settings.threshold = fields.number("threshold", std::nullopt, 0, 1e300);
  fields.finish();
  return settings;
}

}  // namespace

DriftSpec parse_drift_spec(const repo::Config& config, const std::string& name) {
  std::string where = "drift." + name;
  Fields fields(config.required("drift", name), config.file, where);
  DriftSpec spec;
  spec.model = fields.string("model", "");
  spec.reference = fields.string("reference", "");
  spec.settings.share = fields.number("share", 0.5, 0, 1);
  spec.settings.fail_on = fields.strings("fail_on");
  if (const Value* value = fields.any("numeric"))
    spec.settings.numeric = parse_column(*value, config.file, where + ".numeric");
  if (const Value* value = fields.any("categorical"))
    spec.settings.categorical = parse_column(*value, config.file, where + ".categorical");
  if (const Value* columns = fields.any("columns")) {
    if (!columns->is_object()) throw fields.error("'columns' is not a mapping", columns);
    for (const Value::Member& member : columns->as_object())
      spec.settings.columns[member.key] =
          parse_column(member.value, config.file, where + ".columns." + member.key);
  }
  fields.finish();
  if (spec.model.empty() && spec.reference.empty())
    throw fields.error("has nothing to compare with", nullptr,
                       "add 'model: model:NAME' or 'reference: PATH'");
  return spec;
}

}  // namespace mlo::score
