// run -> package: collects what a training left behind into one tree object. Deterministic: the
// same run gives the same digest on any machine. Stores nothing but the manifest, the README and
// the tree; all else is in the store since the run. Durable when it returns.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "package/manifest.hpp"
#include "package/registry.hpp"
#include "track/run.hpp"

namespace mlo::package {

struct BuildOptions {
  std::string run = "";   ///< id, prefix or "latest", with or without "run:"
  std::string name = "";  ///< register under this name; empty: only build
  Commit git_commit = Commit::yes;
};

struct BuildReport {
  Digest digest;
  Manifest manifest;
  std::string run;  ///< full id
  std::optional<RegisterReport> registered;
};

/// Throws failure when the run is not a finished training or its outputs are not in the store.
BuildReport build(Env& env, repo::Workspace& workspace, const BuildOptions& options);

/// `model register`: what a reference names (run:, sha256:, a version of another model) as the next
/// version of `name`.
RegisterReport register_package(Env& env, repo::Workspace& workspace, const std::string& name,
                                std::string_view reference, Commit git_commit);

/// What the registry keeps of a run's metrics: those of the kept epoch where training.json has
/// them, else the last values.
std::vector<std::pair<std::string, double>> kept_metrics(const track::Run& run,
                                                         const format::Value& training);

/// The package's README.md, from nothing but its arguments.
std::string readme(const Manifest& manifest,
                   const std::vector<std::pair<std::string, double>>& metrics);

}  // namespace mlo::package
