#include "http/client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "base/descriptor.hpp"
#include "base/text.hpp"
#include "http/listener.hpp"

namespace mlo::http {
namespace {

using Clock = std::chrono::steady_clock;

bool wait_for(int fd, short events, Clock::time_point deadline) {
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - Clock::now()).count();
    if (left <= 0) return false;
    pollfd entry{fd, events, 0};
    const int ready = ::poll(&entry, 1, static_cast<int>(left));
    if (ready > 0) return true;
    if (ready == 0 || errno != EINTR) return false;
  }
}

Descriptor connect_to(const std::string& host, uint16_t port, Clock::time_point deadline) {
  sockaddr_storage storage{};
  socklen_t size = 0;
  auto* v4 = reinterpret_cast<sockaddr_in*>(&storage);
  auto* v6 = reinterpret_cast<sockaddr_in6*>(&storage);
  const std::string text = numeric_host(host);
  if (::inet_pton(AF_INET, text.c_str(), &v4->sin_addr) == 1) {
    v4->sin_family = AF_INET;
    v4->sin_port = htons(port);
    size = sizeof *v4;
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6->sin6_addr) == 1) {
    v6->sin6_family = AF_INET6;
    v6->sin6_port = htons(port);
    size = sizeof *v6;
  } else {
    return {};
  }
  Descriptor fd(::socket(storage.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd) return {};
  if (::connect(fd.get(), reinterpret_cast<sockaddr*>(&storage), size) == 0) return fd;
  int error = errno;
  socklen_t length = sizeof error;
  if (error != EINPROGRESS || !wait_for(fd.get(), POLLOUT, deadline)) return {};
  if (::getsockopt(fd.get(), SOL_SOCKET, SO_ERROR, &error, &length) != 0 || error != 0) return {};
  return fd;
}

bool send_all(int fd, std::string_view text, Clock::time_point deadline) {
  while (!text.empty()) {
    const ssize_t sent = ::send(fd, text.data(), text.size(), MSG_NOSIGNAL);
    if (sent > 0) {
      text.remove_prefix(static_cast<size_t>(sent));
    } else if (errno != EINTR && (errno != EAGAIN || !wait_for(fd, POLLOUT, deadline))) {
      return false;
    }
  }
  return true;
}

/// Everything until the server closes.
std::optional<std::string> receive_all(int fd, Clock::time_point deadline) {
  std::string text;
  char block[16384];
  for (;;) {
    const ssize_t got = ::recv(fd, block, sizeof block, 0);
    if (got == 0) return text;
    if (got > 0) {
      text.append(block, static_cast<size_t>(got));
    } else if (errno != EINTR && (errno != EAGAIN || !wait_for(fd, POLLIN, deadline))) {
      return std::nullopt;
    }
  }
}

}  // namespace

std::optional<Answer> fetch(const std::string& host, uint16_t port, const std::string& path,
                            std::chrono::milliseconds timeout,
                            const std::optional<std::string>& body) {
  const auto deadline = Clock::now() + timeout;
  const Descriptor fd = connect_to(host, port, deadline);
  if (!fd) return std::nullopt;
  const bool v6 = host.find(':') != std::string::npos;
  std::string request = (body ? "POST " : "GET ") + path +
                        " HTTP/1.1\r\nHost: " + (v6 ? "[" + host + "]" : host) + ":" +
                        std::to_string(port) + "\r\nConnection: close\r\n";
  if (body) request += "Content-Length: " + std::to_string(body->size()) + "\r\n";
  request += "\r\n" + body.value_or("");
  if (!send_all(fd.get(), request, deadline)) return std::nullopt;
  const auto text = receive_all(fd.get(), deadline);
  if (!text || text->size() < 12 || !text->starts_with("HTTP/1.1 ")) return std::nullopt;
  const auto status = parse_int(std::string_view(*text).substr(9, 3));
  const auto end = text->find("\r\n\r\n");
  if (!status || end == std::string::npos) return std::nullopt;
  return Answer{static_cast<int>(*status), text->substr(end + 4)};
}

}  // namespace mlo::http
