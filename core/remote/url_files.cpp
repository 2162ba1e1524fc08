#include "remote/url_files.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/temporary_file.hpp"
#include "base/text.hpp"
#include "remote/url.hpp"
#include "store/tree.hpp"

namespace mlo::remote {
namespace {

constexpr size_t kLongestUrl = 4096;

/// As a pointer can hold it: one line of UTF-8 that is not long. Any other is as good as none.
std::string usable_etag(std::string_view etag) {
  static constexpr size_t kLongest = 1024;
  const bool usable =
      etag.size() <= kLongest && is_utf8(etag) && std::ranges::none_of(etag, [](char c) {
        return static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
      });
  return std::string(usable ? etag : "");
}

/// "bytes 4-9/10" (RFC 9110, 14.4); nullopt when it is malformed.
struct ContentRange {
  std::optional<uint64_t> first;  ///< absent: "bytes */10", of status 416
  std::optional<uint64_t> total;  ///< absent: "*"
};
std::optional<ContentRange> parse_content_range(std::string_view text) {
  const size_t slash = text.find('/'), dash = text.find('-');
  if (!text.starts_with("bytes ") || slash == std::string_view::npos) return std::nullopt;
  ContentRange range;
  auto number = [](std::string_view digits) -> std::optional<uint64_t> {
    const auto value = parse_int(digits);
    if (!value || *value < 0) return std::nullopt;
    return static_cast<uint64_t>(*value);
  };
  if (text.substr(slash + 1) != "*" && !(range.total = number(text.substr(slash + 1)))) {
    return std::nullopt;
  }
  if (text.substr(6, slash - 6) == "*") return range;
  if (dash == std::string_view::npos || dash > slash) return std::nullopt;
  range.first = number(text.substr(6, dash - 6));
  return range.first ? std::optional(range) : std::nullopt;
}

/// One file on its way in, over as many connections as it takes.
class Download {
 public:
  Download(Env& env, const std::string& to, const std::string& what)
      : env_(env),
        to_(to),
        what_(what),
        progress_(env.reporter.progress("download", 0)),
        fd_(env.files.create(to, Create::exclusive, 0644)) {}

  uint64_t size() const { return size_; }
  const std::string& etag() const { return etag_; }

  /// What the next request has to say so that its answer can go on where the last one ended.
  NameValues headers(const std::string& known) {
    if (size_ > 0 && !can_go_on()) restart();
    if (size_ == 0) {
      return known.empty() ? NameValues{} : NameValues{{"if-none-match", known}};
    }
    return {{"range", "bytes=" + std::to_string(size_) + "-"}, {"if-match", etag_}};
  }

  void begin(const HttpAnswer& head) {
    const std::string etag = usable_etag(head.header("etag"));
    if (head.status == 206) {
      const auto range = parse_content_range(head.header("content-range"));
      const bool goes_on = range && range->first == size_ && size_ > 0 && etag == etag_ &&
                           (!range->total || !total_ || range->total == total_);
      if (!goes_on) {
        throw failure(what_ + ": the server answered with another range than was asked for");
      }
      if (range->total) total_ = range->total;
      return;
    }
    if (size_ > 0) restart();
    etag_ = etag;
    total_ = head.length();
  }

  void bytes(std::string_view piece) {
    env_.files.write(fd_.get(), as_bytes(piece), to_);
    size_ += piece.size();
    progress_->update(size_);
  }

  /// Whether `answer`, of status 200, 206 or 416, was the last one; otherwise the rest is asked for. A server
  /// may send less of a range than was asked for (RFC 9110, 15.3.7).
  bool is_whole(const HttpAnswer& answer) const {
    if (answer.status == 416) {
      const auto range = parse_content_range(answer.header("content-range"));
      return size_ > 0 && range && range->total == size_;
    }
    return !total_ || size_ == *total_;
  }
  bool can_go_on() const { return etag_.starts_with('"'); }  // a strong one

 private:
  void restart() {
    fd_ = env_.files.create(to_, Create::truncate, 0644);
    size_ = 0;
    etag_.clear();
    total_.reset();
  }

  Env& env_;
  const std::string& to_;
  const std::string& what_;
  std::unique_ptr<Progress> progress_;
  Descriptor fd_;
  std::string etag_;
  uint64_t size_ = 0;
  std::optional<uint64_t> total_;
};

}  // namespace

bool is_file_url(std::string_view text) {
  const auto scheme = scheme_of(text);
  return scheme && (*scheme == "http" || *scheme == "https" || *scheme == "s3");
}

std::string file_name_of_url(std::string_view url) {
  const auto scheme = scheme_of(url);
  if (!scheme) return "";
  std::string_view path = url.substr(url.find("://") + 3);
  path.remove_prefix(std::min(path.find('/'), path.size()));
  const bool web = *scheme != "s3";
  if (web) path = path.substr(0, path.find_first_of("?#"));
  while (path.ends_with('/')) path.remove_suffix(1);
  std::string name(file_name(path));
  if (web) name = percent_decoded(name).value_or(name);
  // "a%2f..%2f..%2fb" must lead nowhere.
  const bool plain = !store::bad_tree_name(name) && is_utf8(name) && printable(name) == name;
  return plain ? name : "";
}

void check_file_url(std::string_view url) {
  const std::string shown = quoted(public_url(url));
  if (url.size() > kLongestUrl || !is_utf8(url) || printable(url) != url) {
    throw usage("the URL " + shown + " is no line of text");
  }
  const Url parsed = parse_url(url.substr(0, url.find_first_of("?#")));
  if (parsed.has_password || !parsed.user.empty()) {
    throw usage("the URL " + shown + " holds credentials",
                "leave them out: user and password come from ~/.netrc");
  }
  if (parsed.host.empty() || parsed.path.find_first_not_of('/') == std::string::npos) {
    throw usage("the URL " + shown + " names no file");
  }
  if (url.find('#') != std::string_view::npos) {
    throw usage("the URL " + shown + " has a '#', and what follows it no server sees");
  }
  if (parsed.scheme == "s3" && url.find('?') != std::string_view::npos) {
    throw usage("the URL " + shown + " has a '?', which no S3 URL has");
  }
}

UrlFiles::UrlFiles(Env& env, const std::string& url) : env_(env), shown_(public_url(url)) {
  check_file_url(url);
  if (scheme_of(url) != "s3") {
    address_ = web_address(url);
    web_.emplace(env, "");
    return;
  }
  RemoteConfig config;
  config.url = url;
  config.scheme = Scheme::s3;
  s3_.emplace(env, config);
  key_ = parse_url(url).path.substr(1);
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
    // Consoles make "folders", empty objects whose key ends with a slash.
    if (object.key.ends_with('/') && object.size == 0) return;
    files.push_back({object.key.substr(key_.size()), object.size, usable_etag(object.etag)});
  };
  s3_->list(key_, take, "cannot list " + quoted(shown_));
  if (files.empty()) throw failure("there is nothing at " + quoted(shown_));
  std::ranges::sort(files, {}, &Listed::name);
  return files;
}

/// Again and again as long as each connection brings something: nobody starts anew a download of hours.
HttpAnswer UrlFiles::ask_on(const std::string& name, const std::function<NameValues()>& headers,
                            const BodySink& sink, const std::function<uint64_t()>& size) {
  for (;;) {
    const uint64_t before = size();
    try {
      return ask(name, headers, sink);
    } catch (const Error& error) {
      const bool of_server = error.code() == Exit::failure && error.system_code() == 0;
      if (!of_server || size() <= before) throw;
    }
  }
}

std::optional<UrlFiles::Version> UrlFiles::download(const std::string& name,
                                                    const std::string& known,
                                                    const std::string& to) {
  const std::string what = reading(name);
  Download download(env_, to, what);
  TemporaryFile file(env_.files, to);
  const BodySink sink{[&](const HttpAnswer& head) { download.begin(head); },
                      [&](std::string_view bytes) { download.bytes(bytes); }};
  for (;;) {
    const uint64_t before = download.size();
    const HttpAnswer answer = ask_on(
        name, [&] { return download.headers(known); }, sink, [&] { return download.size(); });
    if (answer.status == 304 && !known.empty()) return std::nullopt;
    if (is_missing(answer)) throw failure(what + ": there is no such file");
    if (answer.status == 412) {
      throw failure(what + ": it changed while it was read", "run the command again");
    }
    const bool taken = answer.status == 200 || answer.status == 206;
    if (taken || answer.status == 416) {
      if (download.is_whole(answer)) break;
      const bool goes_on = taken && download.size() > before && download.can_go_on();
      if (!goes_on) throw failure(what + ": the server does not send all of it");
      continue;
    }
    throw refused(answer, what);
  }
  file.keep();
  return Version{download.etag(), download.size()};
}

}  // namespace mlo::remote
