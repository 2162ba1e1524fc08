#include "http/gate.hpp"

#include "base/text.hpp"
#include "http/listener.hpp"

namespace mlo::http {

bool is_loopback_authority(std::string_view authority) {
  if (authority.starts_with('[')) {
    const auto close = authority.find(']');
    if (close == std::string_view::npos) return false;
    const auto rest = authority.substr(close + 1);
    if (!rest.empty() && rest.front() != ':') return false;
    return is_loopback(std::string(authority.substr(1, close - 1)));
  }
  const auto host = authority.substr(0, authority.find(':'));
  return is_loopback(std::string(host));
}

std::optional<std::string> refusal_of_gate(std::string_view host, std::string_view origin) {
  if (!is_loopback_authority(host)) {
    return "host " + quoted(host) + " is not this machine: a local server answers localhost only";
  }
  if (origin.empty()) return std::nullopt;
  const auto scheme = origin.find("://");
  if (scheme == std::string_view::npos || !is_loopback_authority(origin.substr(scheme + 3))) {
    return "origin " + quoted(origin) + " may not use this server";
  }
  return std::nullopt;
}

}  // namespace mlo::http
