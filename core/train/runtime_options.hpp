// The options of models and optimizers belong to the runtime: its description (NAME.plugin.json) has a
// table of them, and a misspelt one is found, with the nearest right name, before anything is loaded.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "format/value.hpp"
#include "plugin/discovery.hpp"

namespace mlo::train {

/// `wanted` ("NAME", "NAME@VERSION"), else the first usable runtime that offers this kind of model.
/// `model`, `file` and `where` are for errors.
plugin::PluginInfo choose_runtime_for(std::span<const plugin::PluginInfo> plugins,
                                      std::string_view wanted, const std::string& kind,
                                      const format::Value& model, const std::string& file,
                                      const std::string& where);

/// The "model" member of arch_json from the `model` mapping of a training: checked options of `kind`,
/// and "builtin" or "module".
format::Value model_options(const format::Value& model, const std::string& kind,
                            const plugin::PluginInfo& runtime, const std::string& file,
                            const std::string& where);

/// Adds the checked options of the optimizer that `out` names; `optimizer` may be null.
void merge_optimizer_options(const format::Value* optimizer, const plugin::PluginInfo& runtime,
                             const std::string& file, const std::string& where, format::Value& out);

}  // namespace mlo::train
