// One entry of `remotes` in mlo.yaml, with what only this machine may know: credentials, pass phrases
// and key files come from .mlo/config.yaml, the environment and the files that other tools use (the
// AWS credentials file, the ssh configuration), never from mlo.yaml.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "base/env.hpp"
#include "format/value.hpp"

namespace mlo::remote {

enum class Scheme { directory, s3, sftp, http };
enum class Chunking { content, off };

struct RemoteConfig {
  std::string name;
  /// As written. A path or file:// URL; s3://BUCKET/PREFIX; ssh:// or sftp://[USER@]HOST[:PORT]/PATH;
  /// http(s)://HOST/PATH (read-only).
  std::string url;
  Scheme scheme = Scheme::directory;
  /// Of a directory: absolute; relative ones are relative to the workspace's root.
  std::string directory;
  bool is_default = false;
  Chunking chunking = Chunking::content;
  bool encrypt = false;
  unsigned jobs = 0;  ///< transfers at a time; 0: the backend's choice

  // S3
  std::string endpoint;  ///< "http://127.0.0.1:5000"; empty: AWS
  std::string region;
  std::string profile;
  /// Whether the server honours If-None-Match, as probe() found out (conditional_put); absent: nobody
  /// knows, so Put::create looks first.
  std::optional<bool> conditional_put;

  // Only from .mlo/config.yaml, remotes.NAME.
  std::string access_key_id, secret_access_key, session_token;
  std::string key_file, passphrase_file;        ///< of the repository key of an encrypted remote
  std::string identity_file, known_hosts_file;  ///< SSH
  std::string ca_file;                          ///< TLS
};

/// `entry` is remotes.NAME of mlo.yaml (an empty object where only `local` names the remote), `local` the
/// entry of the same name in .mlo/config.yaml (nullptr: none), which may also set every option of
/// mlo.yaml, and then wins. Throws usage with file:line:column for unknown keys, secrets in mlo.yaml (also
/// inside the URL), URLs of no known scheme and options of another kind of remote.
RemoteConfig parse_remote(const std::string& name, const format::Value& entry,
                          const std::string& file, const format::Value* local,
                          const std::string& local_file, const std::string& root);

/// The files above are absolute, or start with "~/": the home directory is asked for when they are read.
std::string expand_home(const Variables& variables, const std::string& path);

}  // namespace mlo::remote
