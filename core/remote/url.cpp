#include "remote/url.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::remote {
namespace {

bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_alphanumeric(char c) { return is_letter(c) || is_digit(c); }

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

struct Parts {
  std::string_view authority, path;
};

Parts after_scheme(std::string_view text) {
  text.remove_prefix(text.find("://") + 3);
  size_t slash = text.find('/');
  if (slash == std::string_view::npos) return {text, {}};
  return {text.substr(0, slash), text.substr(slash)};
}

bool is_host(std::string_view host) {
  if (host.starts_with('[')) {
    return host.size() > 2 && host.ends_with(']') &&
           std::ranges::all_of(host.substr(1, host.size() - 2),
                               [](char c) { return hex_value(c) >= 0 || c == ':' || c == '.'; });
  }
  return !host.starts_with('-') && std::ranges::all_of(host, [](char c) {
    return is_alphanumeric(c) || c == '.' || c == '-' || c == '_';
  });
}

class UrlReader {
 public:
  explicit UrlReader(std::string_view text) : text_(text) {}

  Url read() {
    auto scheme = scheme_of(text_);
    if (!scheme) fail("is no URL");
    url_.scheme = *scheme;
    if (text_.find_first_of("?#") != std::string_view::npos) {
      fail("has a query or a fragment, which no remote takes");
    }
    for (char c : text_) {
      if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) fail("has a control character");
    }
    Parts parts = after_scheme(text_);
    url_.path = parts.path;
    read_host(read_user(parts.authority));
    return url_;
  }

 private:
  [[noreturn]] void fail(const char* why) const {
    throw usage("the URL " + quoted(public_url(text_)) + " " + why);
  }

  /// Returns what follows the user.
  std::string_view read_user(std::string_view authority) {
    size_t at = authority.rfind('@');
    if (at == std::string_view::npos) return authority;
    std::string_view user = authority.substr(0, at);
    size_t colon = user.find(':');
    url_.has_password = colon != std::string_view::npos;
    auto decoded = percent_decoded(user.substr(0, colon));
    // libssh puts it in the place of %r in the user's ProxyCommand, too.
    const bool plain =
        decoded && !decoded->empty() && !decoded->starts_with('-') &&
        std::ranges::all_of(*decoded, [](char c) {
          return is_alphanumeric(c) || std::string_view("._-+@").find(c) != std::string_view::npos;
        });
    if (!plain) fail("has a malformed user");
    url_.user = *decoded;
    return authority.substr(at + 1);
  }

  void read_host(std::string_view host) {
    size_t colon = host.rfind(':');
    bool has_port = colon != std::string_view::npos && host.find(']', colon) == host.npos;
    if (has_port) {
      auto port = parse_int(host.substr(colon + 1));
      if (!port || *port < 1 || *port > 65535) fail("has a malformed port");
      url_.port = static_cast<uint16_t>(*port);
      host = host.substr(0, colon);
    }
    if (!is_host(host)) fail("has a malformed host");
    url_.host = host;
  }

  std::string_view text_;
  Url url_;
};

}  // namespace

std::optional<std::string> scheme_of(std::string_view text) {
  size_t end = text.find("://");
  if (end == std::string_view::npos || end == 0 || !is_letter(text[0])) return std::nullopt;
  std::string scheme(text.substr(0, end));
  for (char& c : scheme) {
    if (!is_alphanumeric(c) && c != '+' && c != '-' && c != '.') return std::nullopt;
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return scheme;
}

Url parse_url(std::string_view text) { return UrlReader(text).read(); }

std::string public_url(std::string_view text) {
  auto scheme = scheme_of(text);
  if (!scheme) return printable(text);
  text = text.substr(0, text.find_first_of("?#"));
  std::string_view rest = text.substr(text.find("://") + 3);
  // A password may hold an unescaped '/', so everything up to the last '@' goes, unless a plain host comes
  // first.
  const bool plain = rest.substr(0, rest.find('/')).find_first_of(":@") == std::string_view::npos;
  const size_t at = rest.rfind('@');
  if (at != std::string_view::npos && !plain) rest.remove_prefix(at + 1);
  return *scheme + "://" + printable(rest);
}

std::string web_address(std::string_view text) {
  const size_t query = std::min(text.find('?'), text.size());
  const Url url = parse_url(text.substr(0, query));
  std::string address = url.scheme + "://" + url.host;
  if (url.port != 0) address += ":" + std::to_string(url.port);
  address += percent_encoded(url.path, "/%:@!$&'()*+,;=");
  if (text.find('#', query) != std::string_view::npos) {
    throw usage("the URL " + quoted(public_url(text)) + " has a fragment");
  }
  return address + percent_encoded(text.substr(query), "/%:@!$&'()*+,;=?");
}

std::string percent_encoded(std::string_view text, std::string_view kept) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  std::string encoded;
  for (char c : text) {
    if (is_alphanumeric(c) || std::string_view("-._~").find(c) != std::string_view::npos ||
        kept.find(c) != std::string_view::npos) {
      encoded += c;
    } else {
      auto byte = static_cast<unsigned char>(c);
      encoded += {'%', kHex[byte >> 4], kHex[byte & 15]};
    }
  }
  return encoded;
}

std::optional<std::string> percent_decoded(std::string_view text) {
  std::string decoded;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded += text[i];
      continue;
    }
    if (text.size() - i < 3) return std::nullopt;
    int high = hex_value(text[i + 1]), low = hex_value(text[i + 2]);
    if (high < 0 || low < 0 || (high == 0 && low == 0)) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

}  // namespace mlo::remote
