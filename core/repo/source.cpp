#include "repo/source.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "format/fields.hpp"

namespace mlo::repo {
namespace {

using format::Fields;
using format::Value;

const std::vector<std::string> kKinds = {"mlo", "dvc", "git", "url"};
constexpr size_t kLongest = 4096;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_clean(std::string_view text) {
  return !text.empty() && text.size() <= kLongest && is_utf8(text) &&
         std::none_of(text.begin(), text.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

/// One line of text for people and git; absent is "".
std::string text_field(Fields& fields, std::string_view key) {
  auto text = fields.optional_string(key);
  if (!text) return "";
  if (!is_clean(*text)) throw fields.error("must be one line of text", fields.any(key));
  return *text;
}

std::string required_text(Fields& fields, std::string_view key) {
  fields.required(key);
  return text_field(fields, key);
}

bool is_commit(std::string_view text) {
  return (text.size() == 40 || text.size() == 64) &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

/// A path inside a repository: relative, and nowhere outside.
bool is_inner_path(std::string_view path) {
  for (std::string_view part : split(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return true;
}

/// "X-Amz-Signature", "sig", "access_token", "apiKey", but not "keyword" or "design".
bool is_secret_name(std::string_view parameter) {
  static constexpr std::array<std::string_view, 9> kParts = {"token",  "secret",     "password",
                                                             "passwd", "credential", "signature",
                                                             "apikey", "accesskey",  "accessid"};
  static constexpr std::array<std::string_view, 6> kWords = {"sig",    "key",  "auth",
                                                             "policy", "pass", "pwd"};
  const std::string name = lower(parameter);
  for (std::string_view part : kParts) {
    if (name.find(part) != std::string::npos) return true;
  }
  for (size_t begin = 0; begin <= name.size();) {
    const size_t end = std::min(name.find_first_of("-_.", begin), name.size());
    const std::string_view word = std::string_view(name).substr(begin, end - begin);
    if (std::ranges::find(kWords, word) != kWords.end()) return true;
    begin = end + 1;
  }
  return false;
}

void refuse_credentials(const Fields& fields, const std::string& url, const Value* at) {
  if (holds_credentials(url)) {
    throw fields.error("holds credentials", at, "import the data again, by a URL without them");
  }
}

}  // namespace

std::string version_of(const Source& source) {
  std::string version = source.commit.empty() ? source.etag : source.commit;
  std::erase(version, '"');
  return version.substr(0, 12);
}

std::string_view kind_name(Source::Kind kind) { return kKinds[static_cast<size_t>(kind)]; }

Value to_value(const Source& source) {
  Value value = Value::object().set("kind", kind_name(source.kind));
  auto set = [&](const char* key, const std::string& text) {
    if (!text.empty()) value.set(key, text);
  };
  set(source.kind == Source::Kind::url ? "url" : "repository", source.url);
  set("path", source.path);
  set("rev", source.rev);
  set("commit", source.commit);
  set("etag", source.etag);
  return value;
}

Source parse_source(const Value& value, const std::string& file) {
  Fields fields(value, file, "source", Exit::failure);
  Source source;
  const std::string kind = fields.choice("kind", std::nullopt, kKinds);
  source.kind =
      static_cast<Source::Kind>(std::find(kKinds.begin(), kKinds.end(), kind) - kKinds.begin());
  if (source.kind == Source::Kind::url) {
    source.url = required_text(fields, "url");
    refuse_credentials(fields, source.url, fields.any("url"));
    source.etag = text_field(fields, "etag");
  } else {
    source.url = required_text(fields, "repository");
    refuse_credentials(fields, source.url, fields.any("repository"));
    source.path = required_text(fields, "path");
    if (!is_inner_path(source.path)) {
      throw fields.error("must be a path inside the repository", fields.any("path"));
    }
    source.rev = text_field(fields, "rev");
    source.commit = required_text(fields, "commit");
    if (!is_commit(source.commit)) {
      throw fields.error("must be the 40 hex digits of a commit", fields.any("commit"));
    }
  }
  fields.finish();
  return source;
}

bool holds_credentials(std::string_view url) {
  const size_t scheme_end = url.find("://");
  if (scheme_end == std::string_view::npos) return false;  // a path, or git's [user@]host:path
  const std::string scheme = lower(url.substr(0, scheme_end));
  const std::string_view rest = url.substr(scheme_end + 3);
  const std::string_view authority = rest.substr(0, rest.find_first_of("/?#"));
  if (const size_t at = authority.rfind('@'); at != std::string_view::npos) {
    const bool login = scheme.find("ssh") != std::string::npos || scheme == "sftp";
    if (!login || authority.substr(0, at).find(':') != std::string_view::npos) return true;
  }
  const size_t query = rest.find('?');
  if (query == std::string_view::npos) return false;
  for (std::string_view parameter : split(rest.substr(query + 1), '&')) {
    if (is_secret_name(parameter.substr(0, parameter.find('=')))) return true;
  }
  return false;
}

}  // namespace mlo::repo
