#include "remote/http_backend.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/http_exchange.hpp"
#include "remote/names.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

std::string base_of(const std::string& text) {
  std::string base = web_address(text);
  while (base.ends_with('/')) base.pop_back();
  return base;
}

}  // namespace

HttpBackend::HttpBackend(Env& env, const RemoteConfig& config)
    : env_(env),
      url_(base_of(config.url)),
      client_(env, expand_home(env.variables, config.ca_file)) {}

BackendTraits HttpBackend::traits() const {
  return {.writable = false, .atomic_create = false, .lists = false, .jobs = 8};
}

HttpRequest HttpBackend::request_for(const std::string& method, const std::string& name) const {
  check_name(name);
  HttpRequest request;
  request.method = method;
  request.url = url_ + "/" + percent_encoded(name, "/");
  request.follow_redirects = true;
  request.use_netrc = true;
  return request;
}

HttpAnswer HttpBackend::send(const HttpRequest& request, const std::string& what) {
  return exchange(
             env_, client_, what, [&] { return request; },
             [](const HttpAnswer& answer) { return is_passing_status(answer.status); })
      .answer;
}

std::string HttpBackend::reading(const std::string& name) const {
  return "cannot read " + quoted(url_ + "/" + name);
}

std::optional<RemoteFile> HttpBackend::stat(const std::string& name) {
  std::string what = reading(name);
  HttpAnswer answer = send(request_for("HEAD", name), what);
  if (is_missing_page(answer)) return std::nullopt;
  if (answer.status != 200) throw web_refused(answer, what);
  auto size = answer.length();
  if (!size) throw failure(what + ": the server does not say how large it is");
  return RemoteFile{name, *size};
}

std::optional<std::string> HttpBackend::read(const std::string& name, uint64_t limit) {
  std::string what = reading(name);
  HttpRequest request = request_for("GET", name);
  request.limit = limit;
  HttpAnswer answer = send(request, what);
  if (is_missing_page(answer)) return std::nullopt;
  if (answer.status != 200) throw web_refused(answer, what);
  if (answer.over_limit) throw too_large(url_ + "/" + name, answer.length(), limit);
  return std::move(answer.body);
}

std::string HttpBackend::read_range(const std::string& name, uint64_t offset, uint64_t size) {
  std::string what = reading(name);
  if (size == 0) {
    auto file = stat(name);
    if (!file) throw failure(what + ": there is no such file");
    if (file->size < offset) throw ends_early(what, offset);
    return {};
  }
  HttpRequest request = request_for("GET", name);
  ask_range(request, offset, size);
  HttpAnswer answer = send(request, what);
  if (is_missing_page(answer)) throw failure(what + ": there is no such file");
  if (answer.status != 200 && answer.status != 206 && answer.status != 416) {
    throw web_refused(answer, what);
  }
  return take_range(std::move(answer), offset, size, what);
}

bool HttpBackend::put(const std::string& name, std::string_view, Put) {
  throw failure("cannot write " + quoted(url_ + "/" + name) + ": remotes over HTTP are read-only",
                "push to the remote that the web server shows");
}

bool HttpBackend::remove(const std::string& name) {
  throw failure("cannot remove " + quoted(url_ + "/" + name) + ": remotes over HTTP are read-only");
}

void HttpBackend::list(const std::string&, const std::function<void(const RemoteFile&)>&) {
  throw failure("cannot list " + quoted(url_) + ": web servers do not say which files they have",
                "use the remote's other address (directory, S3, SSH) for this");
}

}  // namespace mlo::remote
