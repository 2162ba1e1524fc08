// A bound, listening TCP socket. Separate from Server so that a server with other settings can take
// over the same port while the one before finishes its requests: connections wait in the kernel's
// queue and none is refused.
#pragma once

#include <cstdint>
#include <string>

#include "base/descriptor.hpp"

namespace mlo::http {

class Listener {
 public:
  /// `host`: an address or "localhost". `port` 0 picks a free one. Throws "port 8080 is in use".
  static Listener bind(const std::string& host, uint16_t port);

  const std::string& host() const { return host_; }
  uint16_t port() const { return port_; }
  bool loopback() const { return loopback_; }
  bool ipv6() const { return ipv6_; }
  int fd() const { return fd_.get(); }
  /// "http://127.0.0.1:8080".
  std::string url() const;

 private:
  Listener() = default;
  Descriptor fd_;
  std::string host_;
  uint16_t port_ = 0;
  bool loopback_ = true;
  bool ipv6_ = false;
};

/// 127.0.0.1 for localhost (in any case), else `host`: names are not looked up.
std::string numeric_host(const std::string& host);
/// Whether both name the same address, however it is written.
bool same_host(const std::string& a, const std::string& b);
/// Whether `host` names this machine only: 127.0.0.0/8, ::1, localhost (in any case).
bool is_loopback(const std::string& host);

}  // namespace mlo::http
