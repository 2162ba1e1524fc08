// DVC's configuration: four INI files (system, global, .dvc/config, .dvc/config.local), the later over
// the earlier, key by key. Sections `[core]`, `[cache]`, `['remote "name"']` with its quotes.
// Relative paths are relative to the directory of the file that names them.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"

namespace mlo::data {

/// Section -> key (lower case) -> value. `[remote "x"]` in any quoting is the section `remote "x"`.
using IniFile = std::map<std::string, std::map<std::string, std::string>>;
/// Throws failure "<name>:<line>: ..." for lines that are neither section, key nor comment.
IniFile parse_ini(std::string_view text, const std::string& name);

struct DvcRemote {
  std::string name;
  std::string url;        ///< absolute path, or URL
  bool worktree = false;  ///< plain files at their paths instead of objects
  bool version_aware = false;
  std::map<std::string, std::string> options;
};

struct DvcConfig {
  std::string cache_dir;  ///< absolute; empty: none
  std::string default_remote;
  std::vector<DvcRemote> remotes;  ///< by name

  /// `name`, or the default one where it is empty, or the only one; nullptr: there is none.
  const DvcRemote* remote(std::string_view name) const;
};

/// The nearest directory at or above `start` that holds `.dvc/`; absolute.
std::optional<std::string> find_dvc_root(const std::string& start);
/// Of the repository at `root`. $HOME, $XDG_CONFIG_HOME and DVC's own variables say where the outer levels lie.
DvcConfig read_dvc_config(Env& env, const std::string& root);
/// Of a repository that has no directory here: `text` is its .dvc/config, `name` is for errors. Relative
/// paths lead nowhere; cache_dir is empty unless the outer levels or `text` name one.
DvcConfig parse_dvc_config(Env& env, std::string_view text, const std::string& name);

}  // namespace mlo::data
