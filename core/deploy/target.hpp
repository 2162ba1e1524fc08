// What a deployment serves and where: the resolved form of one entry of `deployments` in mlo.yaml,
// with the alias already turned into a version, so that a server never follows a moving name by
// itself.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/env.hpp"
#include "format/value.hpp"
#include "serve/model_server.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::deploy {

struct Target {
  std::string reference;  ///< as written: "model:vocabulary@production"
  std::string model;
  int64_t version = 0;  ///< 0: not a registered one (run:, sha256:)
  std::string digest;   ///< "sha256:..."
  serve::ServerSettings settings;
  int64_t drain_seconds = 30;
  std::vector<std::string> plugin_path;

  /// "vocabulary version 3", "sha256:ab12...".
  std::string label() const;
  /// What stands after /v2/models/: the model's name, or the digest in brief where it has none.
  std::string served_name() const;
};

/// Whether a server at `a` already does what `b` asks for. How the version was named does not
/// count.
bool same_service(const Target& a, const Target& b);

/// One entry of mlo.yaml, before its model is resolved.
struct DeploymentSpec {
  std::string name;
  Target target;  ///< model, version and digest still empty
  int64_t start_seconds = 60;
};

/// Strict: unknown keys, other addresses than loopback, and ports out of range are usage errors
/// with a position. Names are [A-Za-z0-9._-]: they become directories.
DeploymentSpec parse_spec(repo::Workspace& workspace, const std::string& name);
/// Names of all entries of mlo.yaml.
std::vector<std::string> configured_names(repo::Workspace& workspace);
/// Turns the reference into model, version and digest.
Target resolve_target(Env& env, repo::Workspace& workspace, Target target);

void put_target(format::Value& object, const Target& target);
/// `file` names the source in errors (failure).
Target read_target(const format::Value& object, const std::string& file);

}  // namespace mlo::deploy
