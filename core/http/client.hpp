// One small blocking request to a server of ours: is it ready, what does it say. Not a general
// client.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace mlo::http {

struct Answer {
  int status = 0;
  std::string body;
};

/// GET or POST (when `body` is set) with `Connection: close`. nullopt when nothing answers within
/// `timeout` or the answer is not HTTP.
std::optional<Answer> fetch(const std::string& host, uint16_t port, const std::string& path,
                            std::chrono::milliseconds timeout,
                            const std::optional<std::string>& body = std::nullopt);

}  // namespace mlo::http
