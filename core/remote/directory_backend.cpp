#include "remote/directory_backend.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <optional>
#include <utility>

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/names.hpp"

namespace mlo::remote {
namespace {

constexpr const char* kTemporary = ".tmp";
// Longer than any upload takes and than clocks of one network differ.
constexpr int64_t kLeftoverAge = int64_t{7} * 86400 * 1'000'000'000;
// packs/ab/cdef has three levels; more than these would be a loop.
constexpr int kDeepest = 16;

bool is_missing(const Error& error) {
  return error.system_code() == ENOENT || error.system_code() == ENOTDIR;
}

/// The file, nullopt when there is none. One that an NFS server replaced under the open descriptor is
/// ESTALE once.
std::optional<Descriptor> open_if_exists(const std::string& path) {
  for (int attempt = 0;; ++attempt) {
    try {
      return open_read(path);
    } catch (const Error& error) {
      if (is_missing(error)) return std::nullopt;
      if (error.system_code() != ESTALE || attempt > 0) throw;
    }
  }
}

uint64_t size_of(int fd, const std::string& path) {
  struct stat status;
  if (::fstat(fd, &status) != 0) throw system_error("cannot look at " + quoted(path), errno);
  if (!S_ISREG(status.st_mode)) throw failure(quoted(path) + " is no regular file");
  return static_cast<uint64_t>(status.st_size);
}

std::string read_at(int fd, uint64_t offset, uint64_t size, const std::string& path) {
  std::string bytes(size, '\0');
  size_t done = 0;
  while (done < size) {
    ssize_t got = ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw system_error("cannot read " + quoted(path), errno);
    if (got == 0)
      throw failure(quoted(path) + " ends before byte " + std::to_string(offset + size));
    done += static_cast<size_t>(got);
  }
  return bytes;
}

}  // namespace

DirectoryBackend::DirectoryBackend(Env& env, const RemoteConfig& config)
    : env_(env), url_(config.directory), root_(config.directory) {}

BackendTraits DirectoryBackend::traits() const { return {}; }

std::string DirectoryBackend::path_of(const std::string& name) const {
  check_name(name);
  return join_path(root_, name);
}

std::optional<RemoteFile> DirectoryBackend::stat(const std::string& name) {
  env_.check_cancelled();
  std::string path = path_of(name);
  auto status = stat_target(path);
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  saw(std::string(parent_path(path)));
  return RemoteFile{name, static_cast<uint64_t>(status->st_size)};
}

std::optional<std::string> DirectoryBackend::read(const std::string& name, uint64_t limit) {
  env_.check_cancelled();
  std::string path = path_of(name);
  auto file = open_if_exists(path);
  if (!file) return std::nullopt;
  saw(std::string(parent_path(path)));
  uint64_t size = size_of(file->get(), path);
  if (size > limit) throw too_large(path, size, limit);
  return read_at(file->get(), 0, size, path);
}

std::string DirectoryBackend::read_range(const std::string& name, uint64_t offset, uint64_t size) {
  env_.check_cancelled();
  std::string path = path_of(name);
  Descriptor file = open_read(path);
  uint64_t whole = size_of(file.get(), path);
  if (offset > whole || size > whole - offset) {
    throw failure(quoted(path) + " has " + std::to_string(whole) + " bytes, of which " +
                  std::to_string(size) + " from " + std::to_string(offset) + " are asked for");
  }
  return read_at(file.get(), offset, size, path);
}

// --- writing --------------------------------------------------------------------------------------

bool DirectoryBackend::put(const std::string& name, std::string_view bytes, Put how) {
  env_.check_cancelled();
  check_put_name(name);
  std::string path = path_of(name);
  std::string directory(parent_path(path));
  if (how == Put::create && exists(path)) {
    saw(directory);
    sync_seen();
    return false;
  }
  sync_seen();
  make_parents(name);
  std::string temporary = write_temporary(bytes, name);
  bool first = false;
  try {
    first = publish(temporary, path, how);
  } catch (...) {
    try {
      env_.files.unlink(temporary);
    } catch (const Error&) {
      // remove_leftovers() finds it.
    }
    throw;
  }
  sync_directory(env_.files, directory);
  return first;
}

/// Gives the finished file its name; false when `path` was there and stays.
bool DirectoryBackend::publish(const std::string& temporary, const std::string& path, Put how) {
  if (how == Put::replace) {
    env_.files.rename(temporary, path);
    return true;
  }
  // link and not renameat2(RENAME_NOREPLACE), which NFS refuses.
  bool first = true;
  try {
    env_.files.link(temporary, path);
  } catch (const Error& error) {
    int code = error.system_code();
    if (code == EPERM || code == EOPNOTSUPP || code == ENOSYS || code == EMLINK) {
      try {  // FAT, some FUSE file systems
        env_.files.rename_new(temporary, path);
        return true;
      } catch (const Error& second) {
        if (second.system_code() != EEXIST) throw;
        first = false;
      }
    } else if (code == EEXIST) {
      // An NFS server that answered twice says EEXIST to the link that it made: two names of one file.
      auto mine = stat_of(temporary), there = stat_of(path);
      first = mine && there && mine->st_ino == there->st_ino && mine->st_dev == there->st_dev;
    } else {
      throw;
    }
  }
  env_.files.unlink(temporary);
  return first;
}

std::string DirectoryBackend::write_temporary(std::string_view bytes, const std::string& name) {
  std::string folder = join_path(root_, kTemporary);
  make_directory(folder);
  remove_leftovers();
  std::string path = join_path(folder, random_hex(16));
  return in_context("while putting " + quoted(name), [&] {
    Descriptor file = env_.files.create(path, Create::exclusive, 0666);
    try {
      env_.files.write(file.get(), as_bytes(bytes), path);
      if (shared_by_group()) env_.files.change_mode(path, 0664);
      env_.files.sync(file.get(), path);
    } catch (...) {
      try {
        env_.files.unlink(path);
      } catch (const Error&) {
        // remove_leftovers() finds it.
      }
      throw;
    }
    return path;
  });
}

/// What killed writers left, once per process.
void DirectoryBackend::remove_leftovers() {
  {
    std::lock_guard hold(mutex_);
    if (std::exchange(cleaned_, true)) return;
  }
  std::string folder = join_path(root_, kTemporary);
  for (const std::string& name : names_in(folder)) {
    std::string path = join_path(folder, name);
    auto status = stat_of(path);
    if (!status || !S_ISREG(status->st_mode)) continue;
    int64_t changed = status->st_mtim.tv_sec * int64_t{1'000'000'000};
    if (env_.clock.now() - changed < kLeftoverAge) continue;
    try {
      env_.files.unlink(path);
    } catch (const Error&) {
      // Another user's, or somebody was faster.
    }
  }
}

bool DirectoryBackend::remove(const std::string& name) {
  env_.check_cancelled();
  std::string path = path_of(name);
  try {
    env_.files.unlink(path);
  } catch (const Error& error) {
    if (is_missing(error)) return false;
    throw;
  }
  const std::string directory(parent_path(path));
  sync_directory(env_.files, directory);
  if (name.starts_with(kProbePrefix)) remove_if_empty(directory);
  return true;
}

/// Nobody puts anything there again: see probe().
void DirectoryBackend::remove_if_empty(const std::string& directory) {
  try {
    env_.files.remove_directory(directory);
  } catch (const Error&) {
    return;  // another probe is under way
  }
  std::lock_guard hold(mutex_);
  durable_.erase(directory);
}

// --- directories ------------------------------------------------------------------------------------

bool DirectoryBackend::shared_by_group() const {
  auto status = stat_target(root_);
  return status && (status->st_mode & S_ISGID) != 0 && (status->st_mode & S_IWGRP) != 0;
}

/// Makes `path` if it is missing, its parent being there, and its name durable either way.
void DirectoryBackend::make_directory(const std::string& path) {
  {
    std::lock_guard hold(mutex_);
    if (durable_.contains(path)) return;
  }
  bool made = false;
  if (!is_directory(path)) {
    try {
      env_.files.make_directory(path, 0777);
      made = true;
    } catch (const Error& error) {
      if (error.system_code() == EEXIST && exists(path) && !is_directory(path)) {
        throw failure(quoted(path) + " is no directory", "name a directory for the remote");
      }
      if (error.system_code() != EEXIST || !is_directory(path)) throw;
    }
  }
  // Its mode is the creator's umask; setgid came with the parent's.
  if (made && path != root_ && shared_by_group()) env_.files.change_mode(path, 02775);
  std::string parent(parent_path(path));
  if (made) {
    sync_directory(env_.files, parent);
  } else {
    sync_recent_names(env_.files, parent);
  }
  std::lock_guard hold(mutex_);
  durable_.insert(path);
}

void DirectoryBackend::make_parents(const std::string& name) {
  std::string above(parent_path(root_));
  if (!is_directory(above)) {
    throw failure("there is no directory " + quoted(above) + " to put the remote into",
                  "is it mounted? mkdir makes it otherwise");
  }
  make_directory(root_);
  for (size_t slash = name.find('/'); slash != std::string::npos;
       slash = name.find('/', slash + 1)) {
    make_directory(join_path(root_, name.substr(0, slash)));
  }
}

void DirectoryBackend::saw(const std::string& directory) {
  std::lock_guard hold(mutex_);
  seen_.insert(directory);
}

void DirectoryBackend::sync_seen() {
  std::set<std::string> seen;
  {
    std::lock_guard hold(mutex_);
    seen.swap(seen_);
  }
  for (const std::string& directory : seen) sync_recent_names(env_.files, directory);
}

// --- listing ----------------------------------------------------------------------------------------

void DirectoryBackend::list(const std::string& prefix,
                            const std::function<void(const RemoteFile&)>& visit) {
  check_prefix(prefix);
  list_below(join_path(root_, prefix.substr(0, prefix.size() - !prefix.empty())), prefix, visit, 0);
}

void DirectoryBackend::list_below(const std::string& directory, const std::string& prefix,
                                  const std::function<void(const RemoteFile&)>& visit, int depth) {
  env_.check_cancelled();
  saw(directory);
  for (const std::string& name : names_in(directory)) {
    if (name.starts_with('.')) continue;
    std::string path = join_path(directory, name);
    auto status = stat_of(path);
    if (status && S_ISLNK(status->st_mode)) {
      status = stat_target(path);
      if (status && S_ISDIR(status->st_mode)) continue;  // only what was put: no way into a loop
    }
    if (!status) continue;  // removed in the meantime
    if (S_ISREG(status->st_mode)) visit({prefix + name, static_cast<uint64_t>(status->st_size)});
    if (S_ISDIR(status->st_mode) && depth < kDeepest) {
      list_below(path, prefix + name + "/", visit, depth + 1);
    }
  }
}

}  // namespace mlo::remote
