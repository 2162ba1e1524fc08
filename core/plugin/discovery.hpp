// Which plugins there are. Reads only the descriptions NAME.plugin.json, never loads code: `plugin
// list`, `doctor`, option checks and --help stay free of LibTorch. Where: --plugin-path, then
// $MLO_PLUGIN_PATH, then lib/mlo/plugins beside the program (installed: ../lib, build tree: lib).
// Never the current directory or the repository. The first description of a name wins.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "format/value.hpp"

namespace mlo::plugin {

struct PluginInfo {
  std::string kind;  ///< "runtime"
  std::string name;
  std::string version;
  std::string library;  ///< "LibTorch"; empty if there is none
  std::string library_version;
  std::string family;
  uint32_t abi_major = 0, abi_minor = 0;
  std::vector<std::string> formats;  ///< of models, e.g. "torchscript"
  /// {"model": {builtin: {option: {type, default, help}}}, "optimizer": {...}}
  format::Value options;
  std::string path;         ///< of the shared object
  std::string description;  ///< of NAME.plugin.json
  std::string problem;      ///< why it cannot be used; empty if nothing speaks against it
};

/// The directories that are searched, in order. `flags`: the values of --plugin-path, each may hold
/// several separated by ':'.
std::vector<std::string> search_path(const Env& env, std::span<const std::string> flags = {});

/// All descriptions in these directories, in order of directory, then name; broken ones and those
/// hidden by an earlier one of the same name are listed with their problem.
std::vector<PluginInfo> discover(std::span<const std::string> directories);

/// The runtime to use: `wanted` ("NAME" or "NAME@VERSION") if not empty, else the first usable one
/// that lists `format`; an empty format accepts all. Throws with what was found and why not.
PluginInfo choose_runtime(std::span<const PluginInfo> plugins, std::string_view wanted,
                          std::string_view format);

/// search_path + discover + choose_runtime.
PluginInfo find_runtime(const Env& env, std::span<const std::string> flags, std::string_view wanted,
                        std::string_view format = {});

}  // namespace mlo::plugin
