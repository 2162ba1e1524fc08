// A remote below a web address, for reading: what some other backend wrote into a directory that a web server
// shows. Needs GET and HEAD; a server that ignores Range costs the bytes before the range. User and
// password come from ~/.netrc. Cannot list: readers go from manifests to the indexes that they name.
#pragma once

#include <string>

#include "base/error.hpp"
#include "remote/backend.hpp"
#include "remote/http_client.hpp"

namespace mlo::remote {

class HttpBackend final : public Backend {
 public:
  HttpBackend(Env& env, const RemoteConfig& config);

  const std::string& url() const override { return url_; }
  BackendTraits traits() const override;
  std::optional<RemoteFile> stat(const std::string& name) override;
  std::optional<std::string> read(const std::string& name, uint64_t limit) override;
  std::string read_range(const std::string& name, uint64_t offset, uint64_t size) override;
  bool put(const std::string& name, std::string_view bytes, Put how) override;
  void list(const std::string& prefix,
            const std::function<void(const RemoteFile&)>& visit) override;
  bool remove(const std::string& name) override;

 private:
  HttpRequest request_for(const std::string& method, const std::string& name) const;
  HttpAnswer send(const HttpRequest& request, const std::string& what);
  std::string reading(const std::string& name) const;

  Env& env_;
  std::string url_;
  HttpClient client_;
};

}  // namespace mlo::remote
