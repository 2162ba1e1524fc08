// The two configuration files. `mlo.yaml` is committed and says what the project is: one section per
// concern, read whole, with positions, and handed to the rooms that own the sections. It cannot name
// store paths, credentials, plugin paths or bind addresses: cloning must not configure or run
// anything. Those live in `.mlo/config.yaml`, which is never committed.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "format/value.hpp"
#include "store/object_store.hpp"

namespace mlo::repo {

struct Config {
  std::string file;        ///< "mlo.yaml", for messages
  format::Value document;  ///< the whole mlo.yaml, an object

  /// A section ("trainings"), nullptr when absent or empty.
  const format::Value* section(std::string_view section) const;
  /// One entry of a section ("trainings", "vocabulary"), nullptr when absent.
  const format::Value* find(std::string_view section, std::string_view name) const;
  /// Throws usage: "mlo.yaml has no training 'vocabulray'", with the nearest name as hint.
  const format::Value& required(std::string_view section, std::string_view name) const;
  std::vector<std::string> names(std::string_view section) const;
};

struct LocalConfig {
  std::string file;                    ///< ".mlo/config.yaml"
  std::string store_path;              ///< absolute; empty: .mlo/store
  std::vector<store::LinkKind> links;  ///< store.link; default: reflink, copy
  bool links_given = false;            ///< store.link is set: say which of its kinds cannot be had
  std::vector<std::string> plugin_path;
  std::string bind;        ///< default address of servers; empty: 127.0.0.1
  format::Value document;  ///< `remotes` in it: see remote::parse_remote
};

/// Checks the top-level keys; unknown or forbidden ones throw usage with file:line:column.
Config parse_config(std::string_view text, const std::string& name);
LocalConfig parse_local_config(std::string_view text, const std::string& name,
                               const std::string& base);

}  // namespace mlo::repo
