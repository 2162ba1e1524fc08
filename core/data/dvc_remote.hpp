// DVC's remotes that are no directory, through the backends of mlo's own.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "data/dvc_config.hpp"
#include "data/dvc_hash.hpp"
#include "remote/backend.hpp"

namespace mlo::data {

/// A path of this machine; its files are read like those of a cache.
bool is_directory_remote(const DvcRemote& remote);
/// S3 and HTTP(S), with the options of DVC that mean the same. Throws failure, naming the remote, for
/// what mlo has no backend for.
std::unique_ptr<remote::Backend> open_dvc_remote(Env& env, const DvcRemote& remote);
/// Into the new file `to`; nullopt, and no file, when the remote has none of this name.
std::optional<DvcNames> download_file(Env& env, remote::Backend& from, const std::string& name,
                                      const std::string& to, DvcHash hash);

}  // namespace mlo::data
