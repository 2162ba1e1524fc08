// The model registry: plain files in git, so that a registry needs no server and `git log` is its
// audit trail. models/<name>/<version>.yaml is written once and says what the version is;
// models/<name>/model.yaml holds what may change (aliases, stage, tags, description) and is edited
// by splicing, every other byte stays. Names outside [A-Za-z0-9._-] are percent-encoded in paths.
// Every change holds the workspace lock (two builds never take one number), is published file by
// file atomically, and becomes one commit through a private index unless there is no git or it is
// unwanted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "format/value.hpp"
#include "repo/reference.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::package {

struct ModelVersion {
  std::string name;
  int64_t version = 0;
  Digest digest;
  std::string kind = "package";  ///< package | mlflow
  std::string run;               ///< run id, or empty
  std::string commit;            ///< git commit of the run, or empty
  std::vector<std::pair<std::string, double>> metrics;
  std::string file;  ///< "models/vocabulary/1.yaml", relative to the workspace
};

struct Model {
  std::string name;
  std::string description, stage;
  std::vector<std::pair<std::string, int64_t>> aliases;   ///< sorted by alias
  std::vector<std::pair<std::string, std::string>> tags;  ///< sorted by key
  std::vector<ModelVersion> versions;                     ///< ascending
};

enum class Commit { yes, no };

struct RegisterOptions {
  std::string name;
  Digest digest;
  std::string kind = "package", run, commit;
  std::vector<std::pair<std::string, double>> metrics;
  Commit git_commit = Commit::yes;
};

struct AliasOptions {
  std::string name, alias;
  /// Version to point at; nullopt removes the alias.
  std::optional<int64_t> version = std::nullopt;
  /// Compare-and-swap: the version it must point at now (0: must not exist); nullopt: whatever.
  std::optional<int64_t> expect = std::nullopt;
  Commit git_commit = Commit::yes;
};

/// What a change did: the state before and after, and the commit it became (empty without one).
struct AliasReport {
  std::string name, alias;
  std::optional<int64_t> before, after;
  std::string commit;
};
struct RegisterReport {
  ModelVersion version;
  bool created = true;  ///< false: the latest version already is this digest of this run
  std::string commit;
};

/// "My model" -> "My%20model" and back; nullopt if malformed. "." and ".." are encoded too.
std::string encode_name(std::string_view name);
std::optional<std::string> decode_name(std::string_view file);

/// The name in NAME or model:NAME, of commands that ask for a model and not for a version; throws
/// usage for model:NAME:VERSION and model:NAME@ALIAS.
std::string model_name(std::string_view text);

class Registry {
 public:
  Registry(Env& env, repo::Workspace& workspace) : env_(env), workspace_(workspace) {}

  std::vector<std::string> names() const;
  std::vector<Model> list() const;
  /// Throws a usage error with the nearest known name.
  Model show(std::string_view name) const;

  RegisterReport add(const RegisterOptions& options);
  AliasReport alias(const AliasOptions& options);

  /// The version that a `model:` reference names: its number, its alias, or the latest one.
  ModelVersion resolve(const repo::Reference& reference) const;
  /// Also accepts the shorthand NAME, NAME:3, NAME@alias.
  ModelVersion resolve(std::string_view text) const;

 private:
  Env& env_;
  repo::Workspace& workspace_;
};

format::Value to_json(const ModelVersion& version);
format::Value to_json(const Model& model);

}  // namespace mlo::package
