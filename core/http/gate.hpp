// Who may talk to a loopback server. A page of any web site can make the user's browser send
// requests to 127.0.0.1, by name after rebinding its own DNS entry; such a request carries the
// site's name in Host or in Origin. A local program sends a loopback Host and no Origin.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace mlo::http {

/// "localhost:8080", "127.0.0.1", "[::1]:80": whether the host part names this machine only.
bool is_loopback_authority(std::string_view authority);

/// Why the request is refused, nullopt if it may pass.
std::optional<std::string> refusal_of_gate(std::string_view host, std::string_view origin);

}  // namespace mlo::http
