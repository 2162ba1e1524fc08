// One SSH connection with an sftp channel, as the user's ~/.ssh/config says. The host's key must be known
// already: nothing is ever accepted or asked. The agent's keys and identity files authenticate; never a
// password. Used by one thread at a time.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "remote/byte_stream.hpp"
#include "remote/config.hpp"

namespace mlo::remote {

class SshConnection final : public ByteStream {
 public:
  /// Throws ConnectionLost where another attempt may do better, Error otherwise.
  SshConnection(Env& env, const RemoteConfig& config);
  ~SshConnection() override;
  void write(std::string_view bytes) override;
  void read(char* into, size_t size) override;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace mlo::remote
