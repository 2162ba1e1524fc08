#include "repo/config.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "format/fields.hpp"
#include "format/yaml.hpp"

namespace mlo::repo {
namespace {

const std::vector<std::string> kSections = {"remotes", "stages",   "trainings", "deployments",
                                            "drift",   "validate", "policies"};
// What belongs into .mlo/config.yaml, because a clone brings mlo.yaml with it.
constexpr std::array<std::string_view, 6> kLocalOnly = {"store",       "plugin_path", "bind",
                                                        "credentials", "plugins",     "link"};

std::string at(const std::string& file, format::Position position) {
  return file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": ";
}

void check_section(const std::string& file, const format::Value::Member& member) {
  std::string where = at(file, member.position);
  for (std::string_view local : kLocalOnly) {
    if (member.key == local) {
      throw usage(where + quoted(member.key) + " cannot be set in a file that git carries",
                  "put it into .mlo/config.yaml");
    }
  }
  bool known = std::find(kSections.begin(), kSections.end(), member.key) != kSections.end();
  if (!known) {
    throw usage(where + "unknown key " + quoted(member.key), suggestion(member.key, kSections));
  }
  if (!member.value.is_object() && !member.value.is_null()) {
    throw usage(where + quoted(member.key) + " must be a mapping, not a " +
                member.value.type_name());
  }
}

/// "trainings" -> "training", for messages.
std::string singular(std::string_view section) {
  if (section.ends_with('s')) section.remove_suffix(1);
  if (section == "policie") return "policy";
  return std::string(section);
}

std::vector<store::LinkKind> links_of(const format::Fields& fields,
                                      const std::vector<std::string>& names,
                                      const format::Value* node) {
  static const std::vector<std::string> kNames = {"reflink", "copy", "hardlink", "symlink"};
  std::vector<store::LinkKind> links;
  for (const std::string& name : names) {
    auto link = store::parse_link(name);
    if (!link) {
      throw fields.error("unknown kind of link " + quoted(name), node, suggestion(name, kNames));
    }
    links.push_back(*link);
  }
  if (links.empty()) links = {store::LinkKind::reflink, store::LinkKind::copy};
  return links;
}

/// Workspace::store() acts on it.
void check_sharing(format::Fields& store) {
  static const std::vector<std::string> kNames = {"user", "group"};
  auto shared = store.optional_string("shared");
  if (!shared || std::find(kNames.begin(), kNames.end(), *shared) != kNames.end()) return;
  throw store.error("a store cannot be shared with " + quoted(*shared), store.any("shared"),
                    suggestion(*shared, kNames));
}

}  // namespace

const format::Value* Config::section(std::string_view name) const {
  const format::Value* found = document.find(name);
  return found && found->is_object() && found->size() > 0 ? found : nullptr;
}

const format::Value* Config::find(std::string_view name, std::string_view entry) const {
  const format::Value* found = section(name);
  return found ? found->find(entry) : nullptr;
}

const format::Value& Config::required(std::string_view name, std::string_view entry) const {
  if (const format::Value* found = find(name, entry)) return *found;
  std::vector<std::string> known = names(name);
  std::string message = quoted(file) + " has no " + singular(name) + " " + quoted(entry);
  if (known.empty()) {
    throw usage(message,
                "add '" + printable(entry) + "' to its section '" + std::string(name) + "'");
  }
  throw usage(message, suggestion(entry, known));
}

std::vector<std::string> Config::names(std::string_view name) const {
  std::vector<std::string> names;
  if (const format::Value* found = section(name)) {
    for (const auto& member : found->as_object()) names.push_back(member.key);
  }
  return names;
}

Config parse_config(std::string_view text, const std::string& name) {
  Config config{name, format::parse_yaml(text, name)};
  if (!config.document.is_object()) {
    throw usage(name + ":1:1: must be a mapping of sections", suggestion("", kSections));
  }
  for (const auto& member : config.document.as_object()) check_section(name, member);
  return config;
}

LocalConfig parse_local_config(std::string_view text, const std::string& name,
                               const std::string& base) {
  LocalConfig local;
  local.file = name;
  local.document = format::parse_yaml(text, name);
  format::Fields fields(local.document, name, "");
  if (const format::Value* node = fields.any("store")) {
    format::Fields store(*node, name, "store");
    if (auto path = store.optional_string("path")) local.store_path = normal_path(*path, base);
    const format::Value* link = store.any("link");
    local.links_given = link != nullptr;
    local.links = links_of(store, store.strings("link"), link);
    check_sharing(store);
    store.finish();
  } else {
    local.links = links_of(fields, {}, nullptr);
  }
  for (const std::string& path : fields.strings("plugin_path")) {
    local.plugin_path.push_back(normal_path(path, base));
  }
  local.bind = fields.string("bind", "");
  fields.any("credentials");
  const format::Value* remotes = fields.any("remotes");  // read by remote::parse_remote
  if (remotes != nullptr && !remotes->is_object()) {
    throw fields.error(std::string("'remotes' must be a mapping, not a ") + remotes->type_name(),
                       remotes);
  }
  fields.any("hooks");  // hooks_config.hpp
  fields.finish();
  return local;
}

}  // namespace mlo::repo
