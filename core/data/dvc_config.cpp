#include "data/dvc_config.hpp"

#include <algorithm>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr size_t kMostBytes = 1 << 20;

bool is_quote(char c) { return c == '\'' || c == '"'; }

/// Without the quotes around it, or up to a comment where there are none.
std::string unquoted(std::string_view text) {
  text = trimmed(text);
  if (!text.empty() && is_quote(text[0])) {
    size_t end = text.find(text[0], 1);
    if (end != std::string_view::npos) return std::string(text.substr(1, end - 1));
  }
  for (size_t at = text.find('#'); at != std::string_view::npos; at = text.find('#', at + 1)) {
    if (at == 0 || text[at - 1] == ' ' || text[at - 1] == '\t') {
      return std::string(trimmed(text.substr(0, at)));
    }
  }
  return std::string(text);
}

/// ['remote "x"'] and [remote "x"] both mean: remote "x".
std::string section_name(std::string_view line, const std::string& where) {
  size_t end = line.rfind(']');
  if (line.size() < 2 || end == std::string_view::npos)
    throw failure(where + ": a '[' without ']'");
  std::string_view name = trimmed(line.substr(1, end - 1));
  if (name.size() >= 2 && is_quote(name[0]) && name.back() == name[0]) {
    name = name.substr(1, name.size() - 2);
  }
  return std::string(trimmed(name));
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return out;
}

bool is_true(const std::string& text) {
  std::string value = lower(text);
  return value == "true" || value == "yes" || value == "1" || value == "on";
}

bool is_url(std::string_view text) { return text.find("://") != std::string_view::npos; }

class Merger {
 public:
  explicit Merger(Env& env) : env_(env) {}

  void add_file(const std::string& path) {
    auto text = read_file_if_exists(path, kMostBytes);
    if (text) add(*text, path, std::string(parent_path(path)));
  }

  /// What DVC reads before the repository's own files.
  void add_outer_files() {
    auto variable = [&](const char* name, const std::string& fallback) {
      auto value = env_.variables.get(name);
      return value && !value->empty() ? *value : fallback;
    };
    const std::string home = variable("HOME", "");
    add_file(variable("DVC_SYSTEM_CONFIG_DIR", "/etc/xdg/dvc") + "/config");
    const std::string global = variable("XDG_CONFIG_HOME", home + "/.config") + "/dvc";
    add_file(variable("DVC_GLOBAL_CONFIG_DIR", global) + "/config");
  }

  void add(std::string_view text, const std::string& name, const std::string& directory) {
    for (auto& [section, values] : parse_ini(text, name)) {
      for (auto& [key, value] : values) {
        bool is_path = (section == "cache" && key == "dir") ||
                       (section.starts_with("remote ") && key == "url");
        merged_[section][key] = is_path ? resolved(value, directory) : value;
      }
    }
  }

  DvcConfig config(const std::string& usual_cache) {
    DvcConfig config;
    config.cache_dir = get("cache", "dir");
    if (config.cache_dir.empty()) config.cache_dir = usual_cache;
    config.default_remote = get("core", "remote");
    for (const auto& [section, values] : merged_) {
      if (auto name = remote_name(section)) config.remotes.push_back(remote(*name, section));
    }
    for (DvcRemote& remote : config.remotes) follow(config, remote);
    return config;
  }

 private:
  std::string resolved(const std::string& value, const std::string& directory) const {
    if (is_url(value)) return value;
    if (value.starts_with("~/")) {
      return join_path(env_.variables.get("HOME").value_or("/"), value.substr(2));
    }
    // Of a repository that lies nowhere here.
    if (directory.empty() && !value.starts_with('/')) return "";
    return normal_path(value, directory);
  }

  std::string get(const std::string& section, const std::string& key) const {
    auto values = merged_.find(section);
    if (values == merged_.end()) return {};
    auto value = values->second.find(key);
    return value == values->second.end() ? std::string() : value->second;
  }

  static std::optional<std::string> remote_name(std::string_view section) {
    if (!section.starts_with("remote")) return std::nullopt;
    std::string_view name = trimmed(section.substr(6));
    if (name.size() < 2 || name.front() != '"' || name.back() != '"') return std::nullopt;
    return std::string(name.substr(1, name.size() - 2));
  }

  DvcRemote remote(const std::string& name, const std::string& section) const {
    DvcRemote remote{name, get(section, "url"), is_true(get(section, "worktree")),
                     is_true(get(section, "version_aware")), merged_.at(section)};
    if (remote.url.starts_with("file://")) remote.url.erase(0, 7);
    return remote;
  }

  /// remote://other/path stands for a path below another remote.
  static void follow(const DvcConfig& config, DvcRemote& remote) {
    for (int depth = 0; depth < 8 && remote.url.starts_with("remote://"); ++depth) {
      std::string rest = remote.url.substr(9);
      size_t slash = std::min(rest.find('/'), rest.size());
      const DvcRemote* other = config.remote(rest.substr(0, slash));
      if (!other || other == &remote) return;
      remote.url = other->url + rest.substr(slash);
    }
  }

  Env& env_;
  IniFile merged_;
};

}  // namespace

IniFile parse_ini(std::string_view text, const std::string& name) {
  IniFile file;
  std::string section;
  size_t number = 0;
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  for (std::string_view line : split(text, '\n')) {
    std::string where = name + ":" + std::to_string(++number);
    line = trimmed(line);
    if (line.empty() || line[0] == '#') continue;
    if (line[0] == '[') {
      section = section_name(line, where);
      file[section];
      continue;
    }
    size_t equals = line.find('=');
    if (equals == std::string_view::npos)
      throw failure(where + ": neither section nor 'key = value'");
    file[section][lower(unquoted(line.substr(0, equals)))] = unquoted(line.substr(equals + 1));
  }
  return file;
}

const DvcRemote* DvcConfig::remote(std::string_view name) const {
  if (name.empty()) name = default_remote;
  if (name.empty()) return remotes.size() == 1 ? &remotes[0] : nullptr;
  auto found = std::find_if(remotes.begin(), remotes.end(),
                            [&](const DvcRemote& remote) { return remote.name == name; });
  return found == remotes.end() ? nullptr : &*found;
}

std::optional<std::string> find_dvc_root(const std::string& start) {
  for (std::string_view at = start;; at = parent_path(at)) {
    std::string directory(at.empty() ? "/" : at);
    if (is_directory(join_path(directory, ".dvc"))) return directory;
    if (at.empty() || at == "/") return std::nullopt;
  }
}

DvcConfig read_dvc_config(Env& env, const std::string& root) {
  Merger merger(env);
  merger.add_outer_files();
  merger.add_file(root + "/.dvc/config");
  merger.add_file(root + "/.dvc/config.local");
  return merger.config(root + "/.dvc/cache");
}

DvcConfig parse_dvc_config(Env& env, std::string_view text, const std::string& name) {
  Merger merger(env);
  merger.add_outer_files();
  merger.add(text, name, "");
  return merger.config("");
}

}  // namespace mlo::data
