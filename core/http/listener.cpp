#include "http/listener.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <strings.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::http {
namespace {

struct Address {
  sockaddr_storage storage{};
  socklen_t size = 0;
  bool loopback = false;
};

Address parse_address(const std::string& host, uint16_t port) {
  const std::string text = numeric_host(host);
  Address address;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&address.storage);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    address.size = sizeof *v4;
    address.loopback = (ntohl(v4->sin_addr.s_addr) >> 24) == 127;
    return address;
  }
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&address.storage);
  if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    address.size = sizeof *v6;
    address.loopback = IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return address;
  }
  throw usage("host " + quoted(host) + " is not an address",
              "use 127.0.0.1, ::1, localhost or another numeric address");
}

Error bind_error(const std::string& host, uint16_t port, int number) {
  const std::string text = std::to_string(port);
  if (number == EADDRINUSE) {
    return failure("port " + text + " is in use",
                   "stop what listens there (ss -ltnp 'sport = :" + text +
                       "') or choose another port; 0 picks a free one");
  }
  if (number == EACCES) {
    return failure("port " + text + " needs privileges: Permission denied",
                   "choose a port above 1023");
  }
  return system_error("cannot listen on " + host + " port " + text, number);
}

}  // namespace

std::string numeric_host(const std::string& host) {
  return ::strcasecmp(host.c_str(), "localhost") == 0 ? "127.0.0.1" : host;
}

bool same_host(const std::string& a, const std::string& b) {
  const Address first = parse_address(a, 0), second = parse_address(b, 0);
  return std::memcmp(&first.storage, &second.storage, sizeof first.storage) == 0;
}

bool is_loopback(const std::string& host) {
  const std::string text = numeric_host(host);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

Listener Listener::bind(const std::string& host, uint16_t port) {
  Address address = parse_address(host, port);
  auto* raw = reinterpret_cast<sockaddr*>(&address.storage);
  Listener listener;
  listener.fd_ = Descriptor(
      ::socket(address.storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!listener.fd_) throw system_error("cannot open a socket", errno);
  // Without it a restart would wait a minute for the old connections' TIME_WAIT.
  const int on = 1;
  ::setsockopt(listener.fd(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  if (::bind(listener.fd(), raw, address.size) != 0 || ::listen(listener.fd(), 1024) != 0) {
    throw bind_error(host, port, errno);
  }
  if (::getsockname(listener.fd(), raw, &address.size) != 0) {
    throw system_error("cannot tell the port of a socket", errno);
  }
  listener.host_ = host;
  listener.loopback_ = address.loopback;
  listener.ipv6_ = address.storage.ss_family == AF_INET6;
  listener.port_ =
      ntohs(listener.ipv6_ ? reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port
                           : reinterpret_cast<sockaddr_in*>(&address.storage)->sin_port);
  return listener;
}

std::string Listener::url() const {
  const bool bracket = ipv6_;
  return "http://" + (bracket ? "[" + host_ + "]" : host_) + ":" + std::to_string(port_);
}

}  // namespace mlo::http
