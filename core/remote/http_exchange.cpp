#include "remote/http_exchange.hpp"

#include "base/text.hpp"
#include "remote/retry.hpp"

namespace mlo::remote {
namespace {

// A server that is not there seldom comes back within seconds, and a misspelt host never does.
constexpr int kUnreachableAttempts = 3;

std::optional<int64_t> asked_wait(const HttpAnswer& answer) {
  auto seconds = parse_int(answer.header("retry-after"));
  if (!seconds || *seconds < 0 || *seconds > 3600) return std::nullopt;
  return *seconds * kSecond;
}

}  // namespace

Exchange exchange(Env& env, HttpClient& client, const std::string& what,
                  const std::function<HttpRequest()>& make,
                  const std::function<bool(const HttpAnswer&)>& passing) {
  Retry retry(env);
  Exchange result;
  for (;;) {
    HttpRequest request = make();
    HttpResult attempt = client.perform(request);
    if (attempt.answer) {
      // A server that fails may have done its work before.
      if (!passing(*attempt.answer) || request.despite_cancel ||
          !retry.again(asked_wait(*attempt.answer))) {
        result.answer = std::move(*attempt.answer);
        result.repeated = result.repeated || result.answer.repeated;
        return result;
      }
      result.repeated = result.repeated || attempt.answer->status >= 500;
      continue;
    }
    const HttpFailure& failed = attempt.failure;
    if (failed.unreachable) retry.limit(kUnreachableAttempts);
    if (!failed.passing || request.despite_cancel || !retry.again()) {
      throw failure(what + ": " + failed.reason, failed.hint);
    }
    result.repeated = result.repeated || failed.ambiguous;
  }
}

bool is_passing_status(int status) {
  return status == 408 || status == 429 || status == 500 || (status >= 502 && status <= 504);
}

bool is_missing_page(const HttpAnswer& answer) {
  return answer.status == 404 || answer.status == 410;
}

Error web_refused(const HttpAnswer& answer, const std::string& what) {
  std::string hint;
  if (answer.status == 401 || answer.status == 403) {
    hint = "if the server wants a user and a password, put them into ~/.netrc";
  }
  if (answer.status >= 300 && answer.status < 400 && answer.status != 304) {
    hint = "the server sends readers elsewhere: use the address that it names";
  }
  return failure(what + ": the server answered with status " + std::to_string(answer.status), hint);
}

void ask_range(HttpRequest& request, uint64_t offset, uint64_t size) {
  request.headers.emplace_back(
      "Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + size - 1));
  request.skip_if_whole = offset;
  request.limit = size;
}

Error ends_early(const std::string& what, uint64_t end) {
  return failure(what + ": it ends before byte " + std::to_string(end));
}

std::string take_range(HttpAnswer answer, uint64_t offset, uint64_t size, const std::string& what) {
  if (answer.status == 416) throw ends_early(what, offset + size);
  if (answer.status == 206) {
    std::string expected = "bytes " + std::to_string(offset) + "-";
    if (!answer.header("content-range").starts_with(expected) || answer.over_limit) {
      throw failure(what + ": the server answered with another range than was asked for");
    }
  }
  if (answer.body.size() < size) throw ends_early(what, offset + size);
  return std::move(answer.body);
}

}  // namespace mlo::remote
