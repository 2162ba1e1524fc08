// What `mlo doctor` finds: versions, link types, plugins and why one is not usable, and whatever in
// the surroundings would make a command fail later. Looks only; changes nothing but two probe
// files.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/env.hpp"
#include "plugin/discovery.hpp"
#include "project/links.hpp"

namespace mlo::project {

struct DoctorOptions {
  std::string directory;  ///< where the user stands
  std::vector<std::string> plugin_path;
};

struct Finding {
  enum class Level { good, warning, problem };
  Level level;
  std::string text;
  std::string hint;  ///< how to mend it, empty where nothing is to be done
};

struct DoctorReport {
  std::vector<std::pair<std::string, std::string>> versions;  ///< {"OpenSSL", "3.0.22"}
  std::vector<LinkOffer> links;                               ///< empty outside a workspace
  std::vector<std::string> plugin_directories;                ///< searched, in order
  std::vector<plugin::PluginInfo> plugins;
  std::vector<Finding> findings;
  /// No finding is a problem.
  bool healthy() const;
};

DoctorReport doctor(Env& env, const DoctorOptions& options);

}  // namespace mlo::project
