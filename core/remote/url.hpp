// URLs of remotes: taken apart strictly (RFC 3986, what remotes need of it), and shown without what is
// nobody's business. Hosts are names or addresses and nothing else: libssh hands them to the user's
// ProxyCommand, which a shell runs.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlo::remote {

struct Url {
  std::string scheme;  ///< lower case
  std::string user;    ///< decoded
  bool has_password = false;
  std::string host;   ///< "example.org", "127.0.0.1", "[::1]"; may be empty (file:///x)
  uint16_t port = 0;  ///< 0: the scheme's own
  std::string path;   ///< as written: "" or "/a%20b"
};

/// "x" of "x://...", in lower case; nullopt when `text` is no URL.
std::optional<std::string> scheme_of(std::string_view text);
/// Throws usage, naming public_url(text), when it is malformed or has a query or fragment.
Url parse_url(std::string_view text);
/// For messages: without user, password, query and fragment, controls escaped.
std::string public_url(std::string_view text);

/// An http(s) URL as it is sent: what is no part of a URL is encoded, what is encoded stays, and so does a
/// query. Throws as parse_url does, also for a fragment.
std::string web_address(std::string_view text);

/// %XX of every byte but the unreserved ones and those in `kept`.
std::string percent_encoded(std::string_view text, std::string_view kept = "");
/// nullopt when a '%' is not followed by two hex digits, or for %00.
std::optional<std::string> percent_decoded(std::string_view text);

}  // namespace mlo::remote
