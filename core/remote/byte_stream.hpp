// Bytes to and from the other side of a connection, in order and whole.
#pragma once

#include <cstddef>
#include <exception>
#include <string>
#include <string_view>

namespace mlo::remote {

/// The connection broke or does not come about: a new one may do. Turned into an Error by whoever gives up.
struct ConnectionLost : std::exception {
  explicit ConnectionLost(std::string why) : reason(std::move(why)) {}
  const char* what() const noexcept override { return reason.c_str(); }
  std::string reason;
};

class ByteStream {
 public:
  virtual ~ByteStream() = default;
  virtual void write(std::string_view bytes) = 0;
  /// Exactly `size` bytes.
  virtual void read(char* into, size_t size) = 0;
};

}  // namespace mlo::remote
