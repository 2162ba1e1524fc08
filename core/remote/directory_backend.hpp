// A remote in a directory, also one that other machines mount (NFS). A file is written as
// ROOT/.tmp/<random>, synced, and given its name by link or rename, so nobody sees a part of it and of
// two creators one wins; then the directories that had to be made or changed are synced, from the file up
// to ROOT. Where ROOT has the setgid bit and is writable for its group, what is made here is too, whatever the
// umask; nothing that exists is ever chmodded. The directory above ROOT must exist: a file system that is
// not mounted must not be filled in under its mount point.
#pragma once

#include <mutex>
#include <set>
#include <string>

#include "remote/backend.hpp"

namespace mlo::remote {

class DirectoryBackend final : public Backend {
 public:
  DirectoryBackend(Env& env, const RemoteConfig& config);

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
  bool shared_by_group() const;
  void make_directory(const std::string& path);
  void make_parents(const std::string& name);
  std::string write_temporary(std::string_view bytes, const std::string& name);
  bool publish(const std::string& temporary, const std::string& path, Put how);
  void remove_leftovers();
  void remove_if_empty(const std::string& directory);
  void saw(const std::string& directory);
  void sync_seen();
  void list_below(const std::string& directory, const std::string& prefix,
                  const std::function<void(const RemoteFile&)>& visit, int depth);

  Env& env_;
  std::string url_, root_;
  std::mutex mutex_;
  /// Directories whose own name is known to be durable.
  std::set<std::string> durable_;
  /// Directories in which this process found files that another one may not have synced yet: what is
  /// put later must not survive a power loss that they do not.
  std::set<std::string> seen_;
  bool cleaned_ = false;
};

}  // namespace mlo::remote
