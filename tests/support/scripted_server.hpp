// A loopback HTTP server that answers as a test says, byte by byte: cut connections, wrong lengths,
// statuses of busy servers. One thread per connection; `answer` gets each request and returns the raw
// bytes to send, after which the connection is closed unless they begin with "HTTP/1.1" and carry no
// "Connection: close". Empty bytes: closed without an answer.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "base/descriptor.hpp"

namespace mlo::test {

struct ScriptedRequest {
  std::string head;  ///< up to and including the empty line
  std::string body;
  bool starts_with(std::string_view text) const { return head.starts_with(text); }
  bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
};

class ScriptedServer {
 public:
  using Answer = std::function<std::string(const ScriptedRequest&)>;

  explicit ScriptedServer(Answer answer) : answer_(std::move(answer)) {
    listener_ = Descriptor(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof address;
    if (::bind(listener_.get(), raw, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), raw, &size) != 0) {
      throw std::runtime_error("no loopback server");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }
  ScriptedServer(const ScriptedServer&) = delete;
  ~ScriptedServer() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    {
      std::lock_guard hold(mutex_);
      for (int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& connection : connections_) connection.join();
  }

  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
  std::vector<ScriptedRequest> requests() const {
    std::lock_guard hold(mutex_);
    return requests_;
  }

 private:
  void accept_all() {
    for (;;) {
      int fd = ::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC);
      if (fd < 0) return;
      std::lock_guard hold(mutex_);
      open_.push_back(fd);
      connections_.emplace_back([this, fd] { serve(fd); });
    }
  }

  void serve(int fd) {
    std::string input;
    for (;;) {
      ScriptedRequest request;
      if (!read_request(fd, input, request)) break;
      {
        std::lock_guard hold(mutex_);
        requests_.push_back(request);
      }
      std::string bytes = answer_(request);
      for (size_t at = 0; at < bytes.size();) {
        ssize_t sent = ::send(fd, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
        if (sent <= 0) break;
        at += static_cast<size_t>(sent);
      }
      if (!bytes.starts_with("HTTP/1.1") || bytes.find("Connection: close") != std::string::npos) {
        break;
      }
    }
    std::lock_guard hold(mutex_);
    open_.erase(std::find(open_.begin(), open_.end(), fd));
    ::close(fd);
  }

  static bool read_more(int fd, std::string& input) {
    char buffer[65536];
    ssize_t got = ::recv(fd, buffer, sizeof buffer, 0);
    if (got > 0) input.append(buffer, static_cast<size_t>(got));
    return got > 0;
  }

  static bool read_request(int fd, std::string& input, ScriptedRequest& request) {
    size_t end;
    while ((end = input.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more(fd, input)) return false;
    }
    request.head = input.substr(0, end + 4);
    input.erase(0, end + 4);
    size_t length = 0;
    size_t at = request.head.find("Content-Length: ");
    if (at != std::string::npos) length = std::stoul(request.head.substr(at + 16));
    while (input.size() < length) {
      if (!read_more(fd, input)) return false;
    }
    request.body = input.substr(0, length);
    input.erase(0, length);
    return true;
  }

  Answer answer_;
  Descriptor listener_;
  uint16_t port_ = 0;
  std::thread acceptor_;
  mutable std::mutex mutex_;
  std::vector<ScriptedRequest> requests_;
  std::vector<std::thread> connections_;
  std::vector<int> open_;
};

/// "HTTP/1.1 <status>" with the body's length and `headers` ("A: b\r\n").
inline std::string http_answer(const std::string& status, std::string_view body,
                               const std::string& headers = "") {
  return "HTTP/1.1 " + status + "\r\n" + headers +
         "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

}  // namespace mlo::test
