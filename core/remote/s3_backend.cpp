#include "remote/s3_backend.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/md5.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "remote/names.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

constexpr uint64_t kWholeLimit = 16 << 20;
constexpr int kDamagedAttempts = 3;
constexpr unsigned kJobs = 8;
constexpr int kProbeRounds = 3;
constexpr unsigned kProbeWriters = 8;

std::string base_of(const std::string& text) {
  std::string url = public_url(text);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

}  // namespace

S3Backend::S3Backend(Env& env, const RemoteConfig& config)
    : env_(env),
      url_(base_of(config.url)),
      client_(env, config),
      jobs_(config.jobs != 0 ? config.jobs : kJobs),
      honours_conditions_(config.conditional_put) {}

BackendTraits S3Backend::traits() const {
  return {.writable = true,
          .atomic_create = honours_conditions_.value_or(false),
          .lists = true,
          .jobs = jobs_};
}

std::string S3Backend::key_of(const std::string& name) const {
  check_name(name);
  return client_.settings().prefix + name;
}

std::string S3Backend::doing(const char* verb, const std::string& name) const {
  return std::string("cannot ") + verb + " " + quoted(url_ + "/" + name);
}

// --- reading --------------------------------------------------------------------------------------

std::optional<RemoteFile> S3Backend::stat(const std::string& name) {
  std::string what = doing("look at", name);
  HttpAnswer answer = client_.send({.method = "HEAD", .key = key_of(name)}, what).answer;
  if (answer.status == 404) return std::nullopt;
  if (answer.status != 200) throw client_.refused(answer, what);
  auto size = answer.length();
  if (!size) throw failure(what + ": the server does not say how large it is");
  return RemoteFile{name, *size};
}

std::optional<std::string> S3Backend::read(const std::string& name, uint64_t limit) {
  std::string what = doing("read", name);
  HttpAnswer answer = client_.send({.key = key_of(name), .limit = limit}, what).answer;
  if (is_missing_object(answer)) return std::nullopt;
  if (answer.status != 200) throw client_.refused(answer, what);
  if (answer.over_limit) throw too_large(url_ + "/" + name, answer.length(), limit);
  return std::move(answer.body);
}

std::string S3Backend::read_range(const std::string& name, uint64_t offset, uint64_t size) {
  std::string what = doing("read", name);
  if (size == 0) {
    auto file = stat(name);
    if (!file) throw failure(what + ": there is no such file");
    if (file->size < offset) throw ends_early(what, offset);
    return {};
  }
  HttpAnswer answer =
      client_.send({.key = key_of(name), .range = S3Request::Range{offset, size}}, what).answer;
  if (is_missing_object(answer)) {
    throw failure(what + ": there is no such file");
  }
  if (answer.status != 200 && answer.status != 206 && answer.status != 416) {
    throw client_.refused(answer, what);
  }
  return take_range(std::move(answer), offset, size, what);
}

void S3Backend::list(const std::string& prefix,
                     const std::function<void(const RemoteFile&)>& visit) {
  check_prefix(prefix);
  const std::string& base = client_.settings().prefix;
  auto take = [&](S3Page::Object&& object) {
    std::string name = object.key.substr(base.size());
    // Consoles make "folders", empty objects whose key ends with a slash.
    if (!name.ends_with('/') && !is_hidden(name)) visit({std::move(name), object.size});
  };
  client_.list(base + prefix, take, doing("list", prefix));
}

// --- writing --------------------------------------------------------------------------------------

bool S3Backend::conditional(Put how) const {
  return how == Put::create && honours_conditions_.value_or(true) && !refuses_header_;
}

bool S3Backend::put(const std::string& name, std::string_view bytes, Put how) {
  check_put_name(name);
  // Where the server decides, small files save the request, large ones their upload.
  bool look = !honours_conditions_.value_or(false) || bytes.size() > kWholeLimit;
  if (how == Put::create && look && stat(name)) return false;
  for (int attempt = 1;; ++attempt) {
    Stored stored =
        bytes.size() > kWholeLimit ? put_parts(name, bytes, how) : put_whole(name, bytes, how);
    if (stored != Stored::damaged) return stored == Stored::yes;
    remove(name);  // we made it, and nobody must take it for whole
    if (attempt == kDamagedAttempts) {
      throw failure(doing("write", name) + ": it arrives damaged, " +
                        std::to_string(kDamagedAttempts) + " times in a row",
                    "something between here and the server changes bytes: memory, a proxy");
    }
  }
}

S3Backend::Written S3Backend::send_write(S3Request request, Put how, const std::string& what) {
  if (!conditional(how)) return {client_.send(request, what), false};
  request.headers.emplace_back("if-none-match", "*");
  Exchange sent = client_.send(request, what);
  if (sent.answer.status != 501) return {std::move(sent), true};
  refuses_header_ = true;
  request.headers.pop_back();
  return {client_.send(request, what), false};
}

S3Backend::Stored S3Backend::put_whole(const std::string& name, std::string_view bytes, Put how) {
  std::string what = doing("write", name);
  S3Request request{.method = "PUT", .key = key_of(name), .body = bytes};
  request.headers = {{"content-type", "application/octet-stream"}};
  const auto [sent, conditioned] = send_write(std::move(request), how, what);
  const int status = sent.answer.status;
  if (conditioned && status == 412) return found(name, bytes, sent.repeated);
  if (status == 400 && s3_error_code(sent.answer) == "BadDigest") return Stored::damaged;
  if (status == 400 && s3_error_code(sent.answer) == "XAmzContentSHA256Mismatch") {
    return Stored::damaged;
  }
  if (status != 200) throw client_.refused(sent.answer, what);
  return checked(name, bytes, md5(bytes).hex(), sent.answer.header("etag"));
}

S3Backend::Stored S3Backend::found(const std::string& name, std::string_view bytes, bool repeated) {
  return repeated && is_there(name, bytes) ? Stored::yes : Stored::exists;
}

S3Backend::Stored S3Backend::checked(const std::string& name, std::string_view bytes,
                                     const std::string& expected_etag, std::string_view etag) {
  if (etag == "\"" + expected_etag + "\"") return Stored::yes;
  return is_there(name, bytes) ? Stored::yes : Stored::damaged;
}

bool S3Backend::is_there(const std::string& name, std::string_view bytes) {
  auto file = stat(name);
  return file && file->size == bytes.size() && read(name, bytes.size()) == bytes;
}

bool S3Backend::remove(const std::string& name) {
  if (!stat(name)) return false;  // S3 answers alike whether there was one
  std::string what = doing("remove", name);
  HttpAnswer answer = client_.send({.method = "DELETE", .key = key_of(name)}, what).answer;
  if (answer.status == 404) return false;
  if (answer.status != 204 && answer.status != 200) throw client_.refused(answer, what);
  return true;
}

bool S3Backend::refuses_second_create(const std::string& existing) {
  honours_conditions_.reset();
  refuses_header_ = false;
  bool refused = put_whole(existing, "second", Put::create) == Stored::exists && !refuses_header_;
  for (int round = 0; refused && round < kProbeRounds; ++round) refused = has_one_winner(existing);
  honours_conditions_ = refused;
  return refused;
}

/// Some servers (Swift) look and then write, which only a race shows.
bool S3Backend::has_one_winner(const std::string& name) {
  remove(name);
  std::atomic<int> winners = 0;
  parallel_for(
      kProbeWriters,
      [&](size_t writer) {
        std::string bytes(64 << 10, static_cast<char>('a' + writer));
        if (put_whole(name, bytes, Put::create) == Stored::yes) ++winners;
      },
      kProbeWriters);
  return winners == 1;
}

}  // namespace mlo::remote
