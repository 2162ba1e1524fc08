#include "plugin/discovery.hpp"

#include <mlo/plugin.h>
#include <unistd.h>

#include <algorithm>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/json.hpp"

namespace mlo::plugin {

namespace {

constexpr std::string_view kSuffix = ".plugin.json";
constexpr size_t kLargestDescription = 1 << 20;

std::string program_directory() {
  char path[4096];
  ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return size <= 0 ? "" : std::string(parent_path({path, static_cast<size_t>(size)}));
}

void add_directories(std::vector<std::string>& out, std::string_view list) {
  for (std::string_view directory : split(list, ':'))
    if (!directory.empty()) out.push_back(std::string(directory));
}

std::vector<std::string> descriptions_in(const std::string& directory) {
  std::vector<std::string> names = names_in(directory);
  std::erase_if(names, [](std::string_view name) {
    return name.size() <= kSuffix.size() || !name.ends_with(kSuffix);
  });
  return names;
}

void read_description(PluginInfo& info, const std::string& directory) {
  format::Value value =
      format::parse_json(read_file(info.description, kLargestDescription), info.description);
  format::Fields fields(value, info.description, "plugin", Exit::failure);
  fields.version("mlo", 1);
  info.kind = fields.string("kind");
  info.name = fields.string("name");
  info.version = fields.string("version");
  info.library = fields.string("library", "");
  info.library_version = fields.string("library_version", "");
  info.family = fields.string("family", info.name);
  info.abi_major = static_cast<uint32_t>(fields.integer("abi_major", {}, 0, 1000000));
  info.abi_minor = static_cast<uint32_t>(fields.integer("abi_minor", {}, 0, 1000000));
  info.formats = fields.strings("formats");
  if (const format::Value* options = fields.any("options")) info.options = *options;
  std::string file = fields.string("file");
  fields.finish();
  info.path = join_path(directory, file);
  // The code lies beside its description, wherever the pair is moved to.
  if (file.find('/') != std::string::npos)
    info.problem = "its 'file' is not a plain file name";
  else if (info.name + std::string(kSuffix) != file_name(info.description))
    info.problem = "'" + info.description + "' describes a plugin of another name";
  else if (info.abi_major != MLO_ABI_MAJOR)
    info.problem = "built for plugin ABI " + std::to_string(info.abi_major) + ", this mlo has " +
                   std::to_string(MLO_ABI_MAJOR);
  else if (!exists(info.path))
    info.problem = "'" + info.path + "' is missing";
}

PluginInfo describe(const std::string& directory, const std::string& file) {
  PluginInfo info;
  info.description = join_path(directory, file);
  info.name = file.substr(0, file.size() - kSuffix.size());
  try {
    read_description(info, directory);
  } catch (const Error& error) {
    info.problem = error.message();
  }
  return info;
}

std::string list_of(std::span<const PluginInfo> plugins) {
  std::vector<std::string> names;
  for (const PluginInfo& info : plugins)
    names.push_back(info.name + (info.problem.empty() ? "" : " (" + info.problem + ")"));
  return names.empty() ? "no plugin was found; plugins lie in lib/mlo/plugins beside the program, "
                         "in --plugin-path or in MLO_PLUGIN_PATH"
                       : "found: " + join(names, ", ");
}

}  // namespace

std::vector<std::string> search_path(const Env& env, std::span<const std::string> flags) {
  std::vector<std::string> out;
  for (const std::string& flag : flags) add_directories(out, flag);
  if (auto value = env.variables.get("MLO_PLUGIN_PATH")) add_directories(out, *value);
  std::string here = program_directory();
  if (!here.empty()) {
    // bin/mlo and lib/mlo/plugins after an install; <build>/mlo and <build>/lib/mlo/plugins.
    out.push_back(normal_path(join_path(here, "../lib/mlo/plugins"), "/"));
    out.push_back(join_path(here, "lib/mlo/plugins"));
  }
  return out;
}

std::vector<PluginInfo> discover(std::span<const std::string> directories) {
  std::vector<PluginInfo> out;
  std::vector<std::string> seen;
  for (const std::string& directory : directories) {
    if (std::find(seen.begin(), seen.end(), directory) != seen.end()) continue;
    seen.push_back(directory);
    for (const std::string& file : descriptions_in(directory)) {
      PluginInfo info = describe(directory, file);
      auto same = std::find_if(out.begin(), out.end(),
                               [&](const PluginInfo& other) { return other.name == info.name; });
      if (same != out.end() && info.problem.empty())
        info.problem = "hidden by '" + same->description + "'";
      out.push_back(std::move(info));
    }
  }
  return out;
}

PluginInfo choose_runtime(std::span<const PluginInfo> plugins, std::string_view wanted,
                          std::string_view format) {
  std::string_view name = wanted.substr(0, wanted.find('@'));
  std::string_view version = name.size() < wanted.size() ? wanted.substr(name.size() + 1) : "";
  for (const PluginInfo& info : plugins) {
    if (!name.empty() && info.name != name) continue;
    if (!version.empty() && info.version != version) continue;
    if (!info.problem.empty()) {
      if (name.empty() || info.problem.starts_with("hidden by")) continue;
      throw failure("cannot use runtime " + quoted(info.name) + ": " + info.problem);
    }
    bool lists = format.empty() ||
                 std::find(info.formats.begin(), info.formats.end(), format) != info.formats.end();
    if (info.kind == "runtime" && (lists || !name.empty())) return info;
  }
  if (!wanted.empty())
    throw failure("there is no runtime plugin " + quoted(wanted), list_of(plugins));
  throw failure(format.empty()
                    ? "there is no runtime plugin"
                    : "there is no runtime plugin for models of format " + quoted(format),
                list_of(plugins));
}

PluginInfo find_runtime(const Env& env, std::span<const std::string> flags, std::string_view wanted,
                        std::string_view format) {
  return choose_runtime(discover(search_path(env, flags)), wanted, format);
}

}  // namespace mlo::plugin
