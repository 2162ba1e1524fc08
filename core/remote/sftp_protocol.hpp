// The SFTP protocol, version 3 (draft-ietf-secsh-filexfer-02), with OpenSSH's extensions posix-rename,
// hardlink and fsync, over any stream. Reads and writes of one file are pipelined. Paths are absolute or
// relative to the user's home. Every length that the server sends is checked before it is used. Used by one
// thread at a time; after ConnectionLost it is of no more use.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "remote/byte_stream.hpp"

namespace mlo::remote {

enum class SftpStatus : uint32_t {
  ok = 0,
  end_of_file = 1,
  no_such_file = 2,
  permission_denied = 3,
  failure = 4,
  bad_message = 5,
  no_connection = 6,
  connection_lost = 7,
  unsupported = 8
};

struct SftpAttributes {
  std::optional<uint64_t> size;
  std::optional<uint32_t> mode, modified;
  bool is_directory() const;
  bool is_regular() const;
  bool is_link() const;
};

/// A request was answered with a status that says no.
struct SftpRefusal : std::exception {
  SftpRefusal(SftpStatus s, std::string m) : status(s), message(std::move(m)) {}
  const char* what() const noexcept override { return message.c_str(); }
  SftpStatus status;
  std::string message;
};

class Sftp {
 public:
  /// Exchanges versions.
  explicit Sftp(std::unique_ptr<ByteStream> stream);
  ~Sftp();

  bool can_replace() const { return posix_rename_; }  ///< rename over a file is atomic
  bool can_link() const { return hardlink_; }

  /// nullopt: nothing there. Follows links or not.
  std::optional<SftpAttributes> stat(const std::string& path);
  std::optional<SftpAttributes> lstat(const std::string& path);
  /// At most `size` bytes from `offset`; nullopt: no such file. Throws SftpRefusal.
  std::optional<std::string> read(const std::string& path, uint64_t offset, uint64_t size);
  /// A new file, written and, where the server can, synced.
  void write_new(const std::string& path, std::string_view bytes);
  void rename(const std::string& from, const std::string& to);     ///< replaces (can_replace)
  void rename_v3(const std::string& from, const std::string& to);  ///< may refuse to replace
  void link(const std::string& from, const std::string& to);       ///< can_link
  void remove(const std::string& path);
  void make_directory(const std::string& path);
  /// Without "." and ".."; false: no such directory.
  bool list(const std::string& path,
            const std::function<void(const std::string& name, const SftpAttributes&)>& visit);

 private:
  struct Packet;
  uint32_t send(uint8_t type, std::string_view payload);
  Packet receive();
  Packet answer(uint32_t id);
  void expect_ok(uint32_t id);
  std::optional<SftpAttributes> attributes(uint8_t type, const std::string& path);
  std::optional<std::string> open(const std::string& path, uint32_t flags);
  void close(const std::string& handle);
  void sync(const std::string& handle);
  void extended(std::string_view name, const std::string& a, const std::string& b);

  std::unique_ptr<ByteStream> stream_;
  uint32_t next_id_ = 1;
  bool posix_rename_ = false, hardlink_ = false, fsync_ = false;
};

}  // namespace mlo::remote
