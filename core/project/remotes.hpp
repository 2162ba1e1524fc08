// `mlo remote add, list, default, remove`: the section `remotes` of mlo.yaml, edited by splicing its text,
// and what only this machine may know in .mlo/config.yaml.
#pragma once

#include <string>
#include <vector>

#include "base/env.hpp"
#include "remote/backend.hpp"
#include "remote/config.hpp"
#include "repo/workspace.hpp"

namespace mlo::project {

struct RemoteAddOptions {
  std::string name;
  std::string url;        ///< a relative path is one from `directory`
  std::string directory;  ///< where the user stands: absolute
  bool is_default = false;
  bool encrypt = false;
  bool chunking_off = false;
  unsigned jobs = 0;
  std::string endpoint, region, profile;
  /// As typed; written to .mlo/config.yaml as absolute paths.
  std::string key_file, passphrase_file, identity_file, known_hosts_file, ca_file;
  bool probe = true;  ///< try it: write, read, list and remove a small file
};

struct RemoteAddReport {
  remote::RemoteConfig config;
  bool probed = false;
  remote::BackendTraits traits;
  std::vector<std::string> files;  ///< that were edited, relative to the root
};

/// Throws, with nothing changed, when the name is taken, the URL holds a secret or cannot be used.
RemoteAddReport add_remote(Env& env, repo::Workspace& workspace, const RemoteAddOptions& options);

struct RemoteEntry {
  std::string name, url;
  bool is_default = false;  ///< what commands without --remote use
  bool encrypt = false;
  remote::Chunking chunking = remote::Chunking::content;
};
std::vector<RemoteEntry> list_remotes(repo::Workspace& workspace);

/// Makes it the only one with `default: true`.
void set_default_remote(Env& env, repo::Workspace& workspace, const std::string& name);
/// From both files, with its cache; the remote itself stays as it is.
void remove_remote(Env& env, repo::Workspace& workspace, const std::string& name);

}  // namespace mlo::project
