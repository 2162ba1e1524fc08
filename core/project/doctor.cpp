#include "project/doctor.hpp"

#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "repo/git.hpp"
#include "repo/hooks.hpp"
#include "repo/workspace.hpp"
#include "track/index.hpp"

namespace mlo::project {
namespace {

using Level = Finding::Level;

/// Below this a store soon cannot take the next data set: a warning, not an error.
constexpr uint64_t kLittleSpace = uint64_t{1} << 30;

void add_versions(DoctorReport& report) {
  utsname system;
  if (::uname(&system) == 0) {
    report.versions.emplace_back(system.sysname, system.release);
  }
  report.versions.emplace_back("OpenSSL", crypto_version());
  report.versions.emplace_back("libgit2", repo::git_library_version());
  report.versions.emplace_back("SQLite", track::index_library_version());
  report.versions.emplace_back("threads", std::to_string(available_threads()));
}

void check_space(DoctorReport& report, const std::string& store) {
  struct statvfs info;
  if (::statvfs(store.c_str(), &info) != 0) return;
  uint64_t free = uint64_t{info.f_bavail} * info.f_frsize;
  std::string text = human_size(free) + " free for the store";
  if (free < kLittleSpace) {
    report.findings.push_back({Level::warning, "only " + text, "'mlo gc' frees what nothing uses"});
  } else {
    report.findings.push_back({Level::good, text, ""});
  }
}

void check_hooks(DoctorReport& report, repo::Git& git) {
  repo::HooksReport hooks = repo::inspect_hooks(git);
  std::vector<std::string> missing;
  for (const repo::HookState& hook : hooks.hooks) {
    if (hook.state == repo::HookState::State::absent) missing.push_back(hook.name);
    if (hook.state != repo::HookState::State::managed) continue;
    report.findings.push_back(
        {Level::good, "hook " + hook.name + " is left to " + hook.manager, hook.hint});
  }
  if (!hooks.foreign.empty()) {
    report.findings.push_back(
        {Level::warning,
         hooks.foreign + " (" + quoted(hooks.directory) + "): git runs no hooks of this repository",
         "git config core.hooksPath .git/hooks gives it its own"});
  } else if (!missing.empty()) {
    report.findings.push_back({Level::warning, "git hooks not installed: " + join(missing, ", "),
                               "'mlo hooks install' has git check and check out data"});
  }
  if (!hooks.driver || hooks.attributes.empty()) {
    report.findings.push_back({Level::warning,
                               "no merge driver for pointers: git merges them as text",
                               "'mlo hooks install' configures it"});
  }
}

void check_git(DoctorReport& report, repo::Workspace& workspace) {
  try {
    if (workspace.git() == nullptr) {
      report.findings.push_back({Level::warning, "no git repository around the workspace",
                                 "'git init' ties data, runs and models to commits"});
      return;
    }
    bool born = workspace.git()->head().has_value();
    report.findings.push_back(
        {Level::good, born ? "git repository found" : "git repository without a commit", ""});
    check_hooks(report, *workspace.git());
  } catch (const Error& error) {
    report.findings.push_back({Level::problem, error.message(), error.hint()});
  }
}

/// The part that needs a workspace; being outside of one is no problem of the machine.
void check_workspace(Env& env, DoctorReport& report, const DoctorOptions& options,
                     std::vector<std::string>& plugin_flags) {
  auto root = repo::Workspace::find_root(options.directory);
  if (!root) {
    report.findings.push_back(
        {Level::warning, "not in an mlo workspace", "'mlo init' makes this directory one"});
    return;
  }
  repo::Workspace workspace = repo::Workspace::open(env, options.directory);
  report.findings.push_back({Level::good, "workspace " + quoted(workspace.root()), ""});
  workspace.config();
  const auto& configured = workspace.local().plugin_path;
  plugin_flags.insert(plugin_flags.end(), configured.begin(), configured.end());
  check_git(report, workspace);
  std::string store = workspace.store_path();
  if (!exists(store)) {
    report.findings.push_back({Level::good, "the store " + quoted(store) + " is not made yet", ""});
    return;
  }
  if (::access(store.c_str(), W_OK) != 0) {
    report.findings.push_back({Level::problem, "the store " + quoted(store) + " is not writable",
                               "mend its owner or mode"});
    return;
  }
  check_space(report, store);
  report.links = probe_links(env, join_path(store, "tmp"), workspace.root());
}

void check_plugins(DoctorReport& report, const Env& env, std::span<const std::string> flags) {
  report.plugin_directories = plugin::search_path(env, flags);
  report.plugins = plugin::discover(report.plugin_directories);
  bool usable = std::ranges::any_of(report.plugins, [](const plugin::PluginInfo& plugin) {
    return plugin.kind == "runtime" && plugin.problem.empty();
  });
  if (usable) return;
  report.findings.push_back({Level::problem, "no usable runtime plugin: models cannot be run",
                             "set MLO_PLUGIN_PATH or reinstall mlo with its plugins"});
}

}  // namespace

bool DoctorReport::healthy() const {
  return std::ranges::none_of(
      findings, [](const Finding& finding) { return finding.level == Level::problem; });
}

DoctorReport doctor(Env& env, const DoctorOptions& options) {
  DoctorReport report;
  add_versions(report);
  std::vector<std::string> flags = options.plugin_path;
  try {
    check_workspace(env, report, options, flags);
  } catch (const Error& error) {
    report.findings.push_back({Level::problem, error.message(), error.hint()});
  }
  check_plugins(report, env, flags);
  return report;
}

}  // namespace mlo::project
