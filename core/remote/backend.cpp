#include "remote/backend.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/directory_backend.hpp"
#include "remote/http_backend.hpp"
#include "remote/s3_backend.hpp"
#include "remote/sftp_backend.hpp"
#include "remote/url.hpp"

namespace mlo::remote {

std::unique_ptr<Backend> open_backend(Env& env, const RemoteConfig& config) {
  switch (config.scheme) {
    case Scheme::directory:
      return std::make_unique<DirectoryBackend>(env, config);
    case Scheme::s3:
      return std::make_unique<S3Backend>(env, config);
    case Scheme::http:
      return std::make_unique<HttpBackend>(env, config);
    case Scheme::sftp:
      return std::make_unique<SftpBackend>(env, config);
  }
  throw failure("no backend for " + quoted(public_url(config.url)));
}

BackendTraits probe(Env&, Backend& backend) {
  BackendTraits traits = backend.traits();
  if (!traits.writable) return traits;
  std::string name = std::string(kProbePrefix) + random_hex(16);
  std::string bytes = "mlo probe " + name + "\n";
  auto expect = [&](bool holds, const char* what) {
    if (!holds) {
      throw failure("the remote " + quoted(backend.url()) + " cannot be used: " + what);
    }
  };
  // A read first: its errors say more than those of S3's HEAD, which have no body.
  expect(!backend.read(name, 4096), "a new file was there before it was put");
  expect(backend.put(name, bytes, Put::create), "a new file was there before it was put");
  expect(backend.read(name, 4096) == bytes, "a file reads otherwise than it was put");
  bool listed = false;
  backend.list(std::string(kProbePrefix), [&](const RemoteFile& file) {
    listed = listed || (file.name == name && file.size == bytes.size());
  });
  expect(listed, "a file that was put is not listed");
  expect(!backend.put(name, "second", Put::create), "a second create did not find the first");
  expect(backend.read(name, 4096) == bytes, "a second create replaced a file");
  traits.atomic_create = backend.refuses_second_create(name);
  expect(backend.remove(name), "a file that was put cannot be removed");
  expect(!backend.stat(name), "a removed file is still there");
  return traits;
}

}  // namespace mlo::remote
