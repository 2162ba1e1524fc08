// A git repository that is not the one around the workspace: a directory, or anything that `git clone`
// takes. A directory is read where it lies. Of anything else a bare repository below a cache directory
// holds single commits without history and, where the server can, without files (--depth 1
// --filter=blob:none): git fetches the few files that are asked for.
//
// Not thread-safe; the cache is locked against other processes while this lives.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "repo/git.hpp"
#include "repo/git_command.hpp"
#include "store/file_lock.hpp"

namespace mlo::repo {

class OtherRepository {
 public:
  /// `url`: as typed; a relative path is one from `base`. Nothing is asked yet. Throws usage for URLs
  /// with credentials and for directories that are no git repository.
  static OtherRepository open(Env& env, const std::string& url, const std::string& base,
                              const std::string& cache);

  /// For messages and pointers: the URL, or the path as it was given.
  const std::string& url() const { return url_; }
  bool is_local() const { return local_; }
  /// Of a local one: the top of its work tree; empty: a bare repository.
  const std::string& work_tree() const { return work_tree_; }
  /// Where below the top a local one was named: paths are relative to that ("" or "sub/dir").
  const std::string& prefix() const { return prefix_; }

  /// The commit that `rev` ("": the default branch, of a directory HEAD) is now. One request, none for a
  /// whole commit id and for directories. Throws usage for an unknown one.
  std::string resolve(const std::string& rev);
  /// Makes the commit's trees available; `rev` is what it was resolved from.
  void fetch(const std::string& commit, const std::string& rev);

  /// Those of `paths` (from the top) that the commit has, of any kind (mode 040000: a directory).
  std::vector<GitEntry> find(const std::string& commit, std::span<const std::string> paths);
  /// Every file below the directory (the tree `id`), recursively; paths are relative to it.
  std::vector<GitEntry> list(const std::string& id);
  /// One file of the commit, at most `limit` bytes; nullopt when there is none.
  std::optional<std::string> read(const std::string& commit, const std::string& path,
                                  uint64_t limit);
  /// The contents of many blobs, in their order: begin(i, size), then bytes() as they come. Those that
  /// are not here yet arrive in one request.
  struct BlobSink {
    std::function<void(size_t index, uint64_t size)> begin;
    std::function<void(std::string_view bytes)> bytes;
  };
  void read_blobs(std::span<const std::string> ids, const BlobSink& sink);

 private:
  OtherRepository(Env& env, std::string url) : env_(&env), url_(std::move(url)) {}
  GitCommand git(std::vector<std::string> arguments) const;
  void use_cache(const std::string& cache);
  std::optional<std::string> parse(const std::string& rev);
  std::optional<std::string> ask_server(const std::string& rev);
  void fetch_all();
  bool fetch_one(const std::string& what, const std::string& commit);
  bool has(const std::string& commit);

  Env* env_;
  std::string url_, directory_, work_tree_, prefix_;
  bool local_ = false;
  std::optional<store::FileLock> lock_;
};

/// Whether `text` is a whole commit id.
bool is_commit_id(std::string_view text);
/// Splits what `git ls-tree -z` prints; throws failure when it is malformed.
std::vector<GitEntry> parse_tree_listing(std::string_view text);

}  // namespace mlo::repo
