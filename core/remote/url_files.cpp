#include "remote/url_files.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

/// One file on its way in, over as many connections as it takes.
class Download {
 public:
  Download(Env& env, const std::string& to, const std::string& what, uint64_t& size)
      : env_(env),
        to_(to),
        what_(what),
        size_(size),
        progress_(env.reporter.progress("download", 0)),
        fd_(env.files.create(to, Create::exclusive, 0644)) {}

  /// What the next request has to say so that its answer can go on where the last one ended.
  NameValues headers(const std::string& known) {
    if (size_ > 0 && !is_strong(etag_)) restart();
    if (size_ == 0) {
      return known.empty() ? NameValues{} : NameValues{{"if-none-match", known}};
    }
    return {{"range", "bytes=" + std::to_string(size_) + "-"}, {"if-match", etag_}};
  }

  void begin(const HttpAnswer& head) {
    const std::string_view etag = head.header("etag");
    if (head.status == 206) {
      const std::string expected = "bytes " + std::to_string(size_) + "-";
      if (size_ == 0 || etag != etag_ || !head.header("content-range").starts_with(expected)) {
        throw failure(what_ + ": the server answered with another range than was asked for");
      }
      return;
    }
    if (size_ > 0) restart();
    etag_ = etag;
  }

  void bytes(std::string_view piece) {
    env_.files.write(fd_.get(), as_bytes(piece), to_);
    size_ += piece.size();
    progress_->update(size_);
  }

 private:
  static bool is_strong(std::string_view etag) { return etag.starts_with('"'); }

  void restart() {
    fd_ = env_.files.create(to_, Create::truncate, 0644);
    size_ = 0;
    etag_.clear();
  }

  Env& env_;
  const std::string& to_;
  const std::string& what_;
  uint64_t& size_;
  std::unique_ptr<Progress> progress_;
  Descriptor fd_;
  std::string etag_;
};

/// Removes the file unless it is kept.
class Discard {
 public:
  Discard(Env& env, const std::string& file) : env_(env), file_(file) {}
  Discard(const Discard&) = delete;
  ~Discard() {
    try {
      if (!kept_ && exists(file_)) env_.files.unlink(file_);
    } catch (const Error&) {
      // it lies in a directory for such files
    }
  }
  void keep() { kept_ = true; }

 private:
  Env& env_;
  const std::string& file_;
  bool kept_ = false;
};

}  // namespace

bool is_file_url(std::string_view text) {
  const auto scheme = scheme_of(text);
  return scheme && (*scheme == "http" || *scheme == "https" || *scheme == "s3");
}

std::string file_name_of_url(std::string_view url) {
  const size_t scheme_end = url.find("://");
  std::string_view path = url.substr(scheme_end == std::string_view::npos ? 0 : scheme_end + 3);
  path = path.substr(path.find('/') == std::string_view::npos ? path.size() : path.find('/'));
  const bool web = !url.starts_with("s3:");
  if (web) path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  const std::string name(file_name(path));
  return web ? percent_decoded(name).value_or(name) : name;
}

UrlFiles::UrlFiles(Env& env, const std::string& url) : env_(env), shown_(public_url(url)) {
  const Url parsed = parse_url(url.substr(0, url.find('?')));
  if (parsed.has_password || !parsed.user.empty()) {
    throw usage("the URL " + quoted(shown_) + " holds credentials");
  }
  if (parsed.host.empty() || parsed.path.empty() || parsed.path == "/") {
    throw usage("the URL " + quoted(shown_) + " names no file");
  }
  if (parsed.scheme != "s3") {
    address_ = web_address(url);
    web_.emplace(env, "");
    return;
  }
  RemoteConfig config;
  config.url = url;  // throws for a '?', of which nobody knows whether it belongs to the key
  config.scheme = Scheme::s3;
  s3_.emplace(env, config);
  key_ = parsed.path.substr(1);
  directory_ = key_.ends_with('/');
}

std::string UrlFiles::reading(const std::string& name) const {
  return "cannot read " + quoted(shown_ + name);
}

bool UrlFiles::is_missing(const HttpAnswer& answer) const {
  return s3_ ? is_missing_object(answer) : is_missing_page(answer);
}

Error UrlFiles::refused(const HttpAnswer& answer, const std::string& what) const {
  return s3_ ? s3_->refused(answer, what) : web_refused(answer, what);
}

HttpAnswer UrlFiles::ask(const std::string& name, const std::function<NameValues()>& headers,
                         const BodySink& sink) {
  if (s3_) {
    auto make = [&] { return S3Request{.key = key_ + name, .headers = headers(), .sink = &sink}; };
    return s3_->send(make, reading(name)).answer;
  }
  auto make = [&] {
    HttpRequest request;
    request.url = address_;
    request.headers = headers();
    request.sink = &sink;
    request.follow_redirects = true;
    request.use_netrc = true;
    return request;
  };
  auto passing = [](const HttpAnswer& answer) { return is_passing_status(answer.status); };
  return exchange(env_, *web_, reading(name), make, passing).answer;
}

std::vector<UrlFiles::Listed> UrlFiles::list() {
  std::vector<Listed> files;
  auto take = [&](S3Page::Object&& object) {
    if (object.key.ends_with('/')) return;
    files.push_back({object.key.substr(key_.size()), object.size, std::move(object.etag)});
  };
  s3_->list(key_, take, "cannot list " + quoted(shown_));
  if (files.empty()) throw failure("there is nothing at " + quoted(shown_));
  std::ranges::sort(files, {}, &Listed::name);
  return files;
}

std::optional<UrlFiles::Version> UrlFiles::download(const std::string& name,
                                                    const std::string& known,
                                                    const std::string& to) {
  const std::string what = reading(name);
  Version version;
  Download download(env_, to, what, version.size);
  Discard discard(env_, to);
  const BodySink sink{[&](const HttpAnswer& head) { download.begin(head); },
                      [&](std::string_view bytes) { download.bytes(bytes); }};
  const HttpAnswer answer = ask(
      name, [&] { return download.headers(known); }, sink);
  if (answer.status == 304 && !known.empty()) return std::nullopt;
  if (is_missing(answer)) throw failure(what + ": there is no such file");
  if (answer.status == 412) {
    throw failure(what + ": it changed while it was read", "run the command again");
  }
  if (answer.status != 200 && answer.status != 206) throw refused(answer, what);
  version.etag = answer.header("etag");
  discard.keep();
  return version;
}

}  // namespace mlo::remote
