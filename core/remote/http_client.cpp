#include "remote/http_client.hpp"

#include <algorithm>
#include <cstring>
#include <exception>
#include <mutex>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/curl_library.hpp"
#include "remote/sigpipe.hpp"

namespace mlo::remote {
namespace {

constexpr long kConnectSeconds = 20;
constexpr long kSilentSeconds = 60;
constexpr long kMostRedirects = 5;
// Of the body of an answer that is an error.
constexpr uint64_t kErrorBody = 64 << 10;
// Headers of a hostile server; ordinary answers have twenty lines.
constexpr size_t kMostHeaders = 200;

struct Handle {
  explicit Handle(CURL* handle) : curl(handle) {}
  Handle(Handle&& other) noexcept : curl(std::exchange(other.curl, nullptr)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(curl, other.curl);
    return *this;
  }
  ~Handle() {
    if (curl != nullptr) curl_library().easy_cleanup(curl);
  }
  CURL* curl;
};

struct HeaderList {
  ~HeaderList() { curl_library().slist_free_all(first); }
  void add(const std::string& line) {
    curl_slist* longer = curl_library().slist_append(first, line.c_str());
    if (longer == nullptr) throw std::bad_alloc();
    first = longer;
  }
  curl_slist* first = nullptr;
};

/// One request under way: what libcurl's callbacks work on.
struct Transfer {
  const HttpRequest& request;
  const Env& env;
  CURL* curl = nullptr;
  HttpAnswer answer;
  size_t sent = 0;
  uint64_t skipped = 0;
  bool headers_end = false;  ///< the empty line came: libcurl takes what is cut before it for whole
  bool cancelled = false;
  bool begun = false;                  ///< the sink has the head of the answer
  std::exception_ptr sink_error = {};  ///< must not pass through libcurl
};

bool goes_to_sink(const Transfer& transfer, long status) {
  return transfer.request.sink != nullptr && (status == 200 || status == 206);
}

void begin_sink(Transfer& transfer, long status) {
  if (std::exchange(transfer.begun, true)) return;
  transfer.answer.status = static_cast<int>(status);
  transfer.request.sink->begin(transfer.answer);
}

size_t pass_on(Transfer& transfer, long status, std::string_view bytes) {
  try {
    begin_sink(transfer, status);
    transfer.request.sink->bytes(bytes);
    return bytes.size();
  } catch (...) {
    transfer.sink_error = std::current_exception();
    return 0;  // ends the transfer
  }
}

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

size_t on_header(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view line(data, size);
  while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
  if (line.starts_with("HTTP/")) {  // also after 100 Continue and redirects
    transfer.answer.headers.clear();
    transfer.headers_end = false;
    return size;
  }
  transfer.headers_end = transfer.headers_end || line.empty();
  size_t colon = line.find(':');
  if (colon == std::string_view::npos || transfer.answer.headers.size() >= kMostHeaders)
    return size;
  std::string name(line.substr(0, colon));
  std::ranges::transform(name, name.begin(), [](unsigned char c) {
    return static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  });
  transfer.answer.headers.emplace_back(std::move(name), trimmed(line.substr(colon + 1)));
  return size;
}

size_t on_body(char* data, size_t, size_t size, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view bytes(data, size);
  long status = 0;
  curl_library().easy_getinfo(transfer.curl, CURLINFO_RESPONSE_CODE, &status);
  if (goes_to_sink(transfer, status)) return pass_on(transfer, status, bytes);
  if (status == 200 && transfer.skipped < transfer.request.skip_if_whole) {
    size_t drop =
        std::min<uint64_t>(bytes.size(), transfer.request.skip_if_whole - transfer.skipped);
    transfer.skipped += drop;
    bytes.remove_prefix(drop);
  }
  std::string& body = transfer.answer.body;
  uint64_t limit = status < 300 ? transfer.request.limit : kErrorBody;
  uint64_t room = limit - body.size();
  if (bytes.size() > room) {
    body.append(bytes.substr(0, room));
    transfer.answer.over_limit = true;
    return 0;  // ends the transfer
  }
  body.append(bytes);
  return size;
}

size_t on_read(char* buffer, size_t, size_t room, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  std::string_view rest = transfer.request.body.substr(transfer.sent);
  size_t size = std::min(room, rest.size());
  std::memcpy(buffer, rest.data(), size);
  transfer.sent += size;
  return size;
}

/// A kept connection was dead: libcurl begins again on a new one.
int on_seek(void* user, curl_off_t offset, int origin) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (origin != SEEK_SET || offset < 0) return CURL_SEEKFUNC_FAIL;
  if (static_cast<uint64_t>(offset) > transfer.request.body.size()) return CURL_SEEKFUNC_FAIL;
  transfer.sent = static_cast<size_t>(offset);
  transfer.answer.repeated = true;
  return CURL_SEEKFUNC_OK;
}

int on_progress(void* user, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  auto& transfer = *static_cast<Transfer*>(user);
  transfer.cancelled = transfer.env.cancelled && !transfer.request.despite_cancel;
  return transfer.cancelled ? 1 : 0;
}

bool is_passing(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_PARTIAL_FILE:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_GOT_NOTHING:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_SEND_FAIL_REWIND:
      return true;
    default:
      return false;
  }
}

HttpFailure failure_of(CURLcode code) {
  HttpFailure failure;
  failure.reason = curl_library().easy_strerror(code);
  failure.passing = is_passing(code);
  failure.unreachable = code == CURLE_COULDNT_RESOLVE_HOST || code == CURLE_COULDNT_CONNECT ||
                        code == CURLE_SSL_CONNECT_ERROR;
  failure.ambiguous = !failure.unreachable;
  if (code == CURLE_PEER_FAILED_VERIFICATION || code == CURLE_SSL_CACERT_BADFILE) {
    failure.hint = "for a certificate of your own authority, set 'ca_file' in .mlo/config.yaml";
  }
  return failure;
}

/// What libcurl lets pass, and cannot be told from an answer that was cut.
std::optional<HttpFailure> doubt(const Transfer& transfer, long status) {
  HttpFailure failure;
  if (!transfer.headers_end) {
    failure.reason = "the answer was cut";
    failure.passing = true;
    return failure;
  }
  bool has_body = transfer.request.method == "GET" && (status == 200 || status == 206);
  bool chunked = !transfer.answer.header("transfer-encoding").empty();
  if (has_body && !chunked && !transfer.answer.length()) {
    failure.reason = "the server does not say how long its answer is";
    return failure;
  }
  return std::nullopt;
}

}  // namespace

std::string_view HttpAnswer::header(std::string_view name) const {
  for (const auto& [key, value] : headers) {
    if (key == name) return value;
  }
  return {};
}

std::optional<uint64_t> HttpAnswer::length() const {
  auto number = parse_int(header("content-length"));
  if (!number || *number < 0) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

struct HttpClient::Impl {
  Env& env;
  std::string ca_file;
  std::mutex mutex;
  std::vector<Handle> idle;

  Handle take() {
    {
      std::lock_guard hold(mutex);
      if (!idle.empty()) {
        Handle handle = std::move(idle.back());
        idle.pop_back();
        return handle;
      }
    }
    CURL* curl = curl_library().easy_init();
    if (curl == nullptr) throw failure("libcurl does not start");
    return Handle(curl);
  }

  void give_back(Handle handle) {
    curl_library().easy_reset(handle.curl);  // keeps the connection
    std::lock_guard hold(mutex);
    idle.push_back(std::move(handle));
  }

  void set_method(CURL* curl, const HttpRequest& request);
  void set_options(Transfer& transfer, HeaderList& headers);
};

void HttpClient::Impl::set_method(CURL* curl, const HttpRequest& request) {
  const CurlLibrary& lib = curl_library();
  auto size = static_cast<curl_off_t>(request.body.size());
  if (request.method == "HEAD") {
    lib.easy_setopt(curl, CURLOPT_NOBODY, 1L);
  } else if (request.method == "PUT") {
    lib.easy_setopt(curl, CURLOPT_UPLOAD, 1L);
    lib.easy_setopt(curl, CURLOPT_INFILESIZE_LARGE, size);
  } else if (request.method == "POST") {
    lib.easy_setopt(curl, CURLOPT_POST, 1L);
    lib.easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, size);
  } else if (request.method != "GET") {
    lib.easy_setopt(curl, CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }
}

void HttpClient::Impl::set_options(Transfer& transfer, HeaderList& headers) {
  const CurlLibrary& lib = curl_library();
  const HttpRequest& request = transfer.request;
  CURL* curl = transfer.curl;
  lib.easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  lib.easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  lib.easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  bool secure = request.url.starts_with("https:");
  lib.easy_setopt(curl, CURLOPT_REDIR_PROTOCOLS_STR, secure ? "https" : "http,https");
  lib.easy_setopt(curl, CURLOPT_FOLLOWLOCATION, request.follow_redirects ? 1L : 0L);
  lib.easy_setopt(curl, CURLOPT_MAXREDIRS, kMostRedirects);
  lib.easy_setopt(curl, CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  lib.easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  lib.easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  lib.easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
  lib.easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, kSilentSeconds);
  lib.easy_setopt(curl, CURLOPT_USERAGENT, "mlo");
  lib.easy_setopt(curl, CURLOPT_BUFFERSIZE, 256L * 1024);
  lib.easy_setopt(curl, CURLOPT_UPLOAD_BUFFERSIZE, 256L * 1024);
  if (!ca_file.empty()) lib.easy_setopt(curl, CURLOPT_CAINFO, ca_file.c_str());
  if (request.use_netrc) {
    lib.easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_OPTIONAL));
  }
  for (const auto& [name, value] : request.headers) {
    headers.add(value.empty() ? name + ";" : name + ": " + value);
  }
  headers.add("Expect:");  // a server that does not know 100-continue costs a second for each body
  lib.easy_setopt(curl, CURLOPT_HTTPHEADER, headers.first);
  lib.easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_header);
  lib.easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  lib.easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  lib.easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  lib.easy_setopt(curl, CURLOPT_READFUNCTION, on_read);
  lib.easy_setopt(curl, CURLOPT_READDATA, &transfer);
  lib.easy_setopt(curl, CURLOPT_SEEKFUNCTION, on_seek);
  lib.easy_setopt(curl, CURLOPT_SEEKDATA, &transfer);
  lib.easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  lib.easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  lib.easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  set_method(curl, request);
}

HttpClient::HttpClient(Env& env, std::string ca_file)
    : impl_(new Impl{env, std::move(ca_file), {}, {}}) {}
HttpClient::~HttpClient() = default;

HttpResult HttpClient::perform(const HttpRequest& request) {
  const CurlLibrary& lib = curl_library();
  if (!request.despite_cancel) impl_->env.check_cancelled();
  Handle handle = impl_->take();
  Transfer transfer{request, impl_->env, handle.curl, {}};
  HeaderList headers;
  impl_->set_options(transfer, headers);
  CURLcode code;
  {
    SigpipeBlock block;
    code = lib.easy_perform(handle.curl);
  }
  long status = 0;
  lib.easy_getinfo(handle.curl, CURLINFO_RESPONSE_CODE, &status);
  impl_->give_back(std::move(handle));
  if (transfer.cancelled) throw interrupted();
  if (transfer.sink_error) std::rethrow_exception(transfer.sink_error);
  if (code == CURLE_OUT_OF_MEMORY) throw std::bad_alloc();
  HttpResult result;
  if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && transfer.answer.over_limit)) {
    if (auto failed = doubt(transfer, status)) {
      result.failure = *failed;
      return result;
    }
    transfer.answer.status = static_cast<int>(status);
    if (goes_to_sink(transfer, status)) begin_sink(transfer, status);
    result.answer = std::move(transfer.answer);
  } else {
    result.failure = failure_of(code);
  }
  return result;
}

}  // namespace mlo::remote
