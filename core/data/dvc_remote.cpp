#include "data/dvc_remote.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/url.hpp"

namespace mlo::data {
namespace {

constexpr uint64_t kFetchPiece = uint64_t{8} << 20;

std::string option(const DvcRemote& remote, const std::string& name) {
  auto found = remote.options.find(name);
  return found == remote.options.end() ? std::string() : found->second;
}

}  // namespace

bool is_directory_remote(const DvcRemote& remote) { return remote.url.starts_with('/'); }

std::unique_ptr<remote::Backend> open_dvc_remote(Env& env, const DvcRemote& remote) {
  std::string scheme = remote::scheme_of(remote.url).value_or("");
  remote::RemoteConfig config;
  config.name = remote.name;
  config.url = remote.url;
  if (scheme == "s3") {
    config.scheme = remote::Scheme::s3;
    config.endpoint = option(remote, "endpointurl");
    config.region = option(remote, "region");
    config.profile = option(remote, "profile");
    config.access_key_id = option(remote, "access_key_id");
    config.secret_access_key = option(remote, "secret_access_key");
    config.session_token = option(remote, "session_token");
  } else if (scheme == "http" || scheme == "https") {
    config.scheme = remote::Scheme::http;
  } else {
    throw failure("the DVC remote " + quoted(remote.name) + " (" +
                      quoted(remote::public_url(remote.url)) +
                      ") is of a kind that mlo cannot read",
                  "dvc fetch brings everything into DVC's cache; then import again");
  }
  return remote::open_backend(env, config);
}

std::optional<DvcNames> download_file(Env& env, remote::Backend& from, const std::string& name,
                                      const std::string& to, DvcHash hash) {
  auto there = from.stat(name);
  if (!there) return std::nullopt;
  Descriptor fd = env.files.create(to, Create::exclusive, 0644);
  for (uint64_t at = 0; at < there->size; at += kFetchPiece) {
    env.check_cancelled();
    std::string piece = from.read_range(name, at, std::min(kFetchPiece, there->size - at));
    env.files.write(fd.get(), as_bytes(piece), to);
  }
  if (::lseek(fd.get(), 0, SEEK_SET) != 0) throw system_error("cannot read " + quoted(to), errno);
  return dvc_names_of(fd.get(), to, hash);
}

}  // namespace mlo::data
