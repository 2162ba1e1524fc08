// A remote in a directory that an SSH server shows. Laid out as directory_backend.hpp does it: written as
// ROOT/.tmp/<random>, synced where the server can (fsync@openssh.com), and named by hard link (create) or
// posix-rename (replace). One connection per transfer at a time, kept for the next. Directories cannot be synced
// over SFTP: what a power loss of the server leaves is the matter of its file system.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "remote/backend.hpp"
#include "remote/sftp_protocol.hpp"

namespace mlo::remote {

class SftpBackend final : public Backend {
 public:
  SftpBackend(Env& env, const RemoteConfig& config);

  const std::string& url() const override { return url_; }
  BackendTraits traits() const override;
  std::optional<RemoteFile> stat(const std::string& name) override;
  std::optional<std::string> read(const std::string& name, uint64_t limit) override;
  std::string read_range(const std::string& name, uint64_t offset, uint64_t size) override;
  bool put(const std::string& name, std::string_view bytes, Put how) override;
  void list(const std::string& prefix,
            const std::function<void(const RemoteFile&)>& visit) override;
  bool remove(const std::string& name) override;

 private:
  std::string path_of(const std::string& name) const;
  std::string doing(const char* verb, const std::string& name) const;
  /// Runs `work` on a connection of its own, again on a new one while connections break. `attempt` counts
  /// from 1.
  void with_connection(const std::string& what,
                       const std::function<void(Sftp&, int attempt)>& work);
  std::unique_ptr<Sftp> take();
  void make_directory(Sftp& sftp, const std::string& path);
  void make_parents(Sftp& sftp, const std::string& name);
  bool publish(Sftp& sftp, const std::string& temporary, const std::string& path, Put how);
  void list_below(Sftp& sftp, const std::string& directory, const std::string& prefix,
                  const std::function<void(const RemoteFile&)>& visit, int depth);

  Env& env_;
  RemoteConfig config_;
  std::string url_, root_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Sftp>> idle_;
  std::set<std::string> made_;  ///< directories that are there
};

}  // namespace mlo::remote
