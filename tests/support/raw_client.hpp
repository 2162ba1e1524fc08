// A TCP client that sends exactly the bytes it is given: what a test of a server needs to
// misbehave.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

namespace mlo::test {

/// A port of 127.0.0.1 that nothing listens on: the kernel gives each out once in a while only.
inline uint16_t free_port() {
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (::bind(fd, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
      ::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    throw std::runtime_error("no free port");
  }
  ::close(fd);
  return ntohs(address.sin_port);
}

class RawClient {
 public:
  explicit RawClient(uint16_t port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      throw std::runtime_error("cannot connect");
    }
  }
  RawClient(const RawClient&) = delete;
  ~RawClient() { ::close(fd_); }

  /// False once the server has closed the connection.
  bool send(std::string_view text) {
    while (!text.empty()) {
      const ssize_t sent = ::send(fd_, text.data(), text.size(), MSG_NOSIGNAL);
      if (sent <= 0) return false;
      text.remove_prefix(static_cast<size_t>(sent));
    }
    return true;
  }
  void finish_sending() { ::shutdown(fd_, SHUT_WR); }

  /// Reads until `end` has been seen, the server closes, or `milliseconds` pass.
  std::string read_until(std::string_view end, int milliseconds = 5000) {
    while (got_.find(end) == std::string::npos && read_more(milliseconds)) {
    }
    const auto at = got_.find(end);
    const size_t size = at == std::string::npos ? got_.size() : at + end.size();
    std::string text = got_.substr(0, size);
    got_.erase(0, size);
    return text;
  }
  std::string read_all(int milliseconds = 5000) {
    while (read_more(milliseconds)) {
    }
    return std::move(got_);
  }
  /// One response with a Content-Length.
  std::string read_response(int milliseconds = 5000) {
    std::string text = read_until("\r\n\r\n", milliseconds);
    const auto at = text.find("Content-Length: ");
    if (at == std::string::npos) return text;
    const size_t size = std::stoul(text.substr(at + 16));
    while (got_.size() < size && read_more(milliseconds)) {
    }
    text += got_.substr(0, size);
    got_.erase(0, size);
    return text;
  }
  bool closed_by_server(int milliseconds = 5000) {
    while (read_more(milliseconds)) {
    }
    return closed_;
  }

 private:
  bool read_more(int milliseconds) {
    pollfd entry{fd_, POLLIN, 0};
    if (::poll(&entry, 1, milliseconds) <= 0) return false;
    char block[65536];
    const ssize_t got = ::recv(fd_, block, sizeof block, 0);
    if (got <= 0) {
      closed_ = true;
      return false;
    }
    got_.append(block, static_cast<size_t>(got));
    return true;
  }

  int fd_;
  bool closed_ = false;
  std::string got_;
};

}  // namespace mlo::test
