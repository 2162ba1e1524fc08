#include "remote/sftp_backend.hpp"

#include "base/digest.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/http_exchange.hpp"
#include "remote/names.hpp"
#include "remote/retry.hpp"
#include "remote/ssh_connection.hpp"
#include "remote/url.hpp"

namespace mlo::remote {
namespace {

constexpr const char* kTemporary = ".tmp";
constexpr int kDeepest = 16;
constexpr int kUnreachableAttempts = 4;

/// "/~/x" is x in the user's home, as git has it.
std::string root_of(const Url& url) {
  auto path = percent_decoded(url.path);
  if (!path || path->empty() || *path == "/") {
    throw usage("the URL " + quoted("ssh://" + url.host + url.path) + " names no directory",
                "write ssh://HOST/PATH, or ssh://HOST/~/PATH below the home directory");
  }
  std::string root = *path;
  if (root.starts_with("/~/")) root = root.substr(3);
  while (root.size() > 1 && root.ends_with('/')) root.pop_back();
  return root;
}

std::string base_of(const std::string& text) {
  std::string url = public_url(text);
  while (url.ends_with('/')) url.pop_back();
  return url;
}

std::string hint_for(SftpStatus status) {
  if (status == SftpStatus::permission_denied)
    return "look at who owns the directory on the server";
  if (status == SftpStatus::failure) return "the server does not say why: perhaps its disk is full";
  return "";
}

}  // namespace

SftpBackend::SftpBackend(Env& env, const RemoteConfig& config)
    : env_(env),
      config_(config),
      url_(base_of(config.url)),
      root_(root_of(parse_url(config.url))) {}

BackendTraits SftpBackend::traits() const {
  // sshd refuses more than ten connections that are not yet authenticated (MaxStartups).
  return {.writable = true,
          .atomic_create = true,
          .lists = true,
          .jobs = config_.jobs != 0 ? config_.jobs : 4};
}

std::string SftpBackend::path_of(const std::string& name) const {
  check_name(name);
  return join_path(root_, name);
}

std::string SftpBackend::doing(const char* verb, const std::string& name) const {
  return std::string("cannot ") + verb + " " + quoted(url_ + "/" + name);
}

std::unique_ptr<Sftp> SftpBackend::take() {
  {
    std::lock_guard hold(mutex_);
    if (!idle_.empty()) {
      auto sftp = std::move(idle_.back());
      idle_.pop_back();
      return sftp;
    }
  }
  return std::make_unique<Sftp>(std::make_unique<SshConnection>(env_, config_));
}

void SftpBackend::with_connection(const std::string& what,
                                  const std::function<void(Sftp&, int)>& work) {
  Retry retry(env_);
  for (;;) {
    std::unique_ptr<Sftp> sftp;
    std::string reason;
    try {
      env_.check_cancelled();
      sftp = take();
      work(*sftp, retry.attempts());
      std::lock_guard hold(mutex_);
      idle_.push_back(std::move(sftp));
      return;
    } catch (const ConnectionLost& lost) {
      reason = lost.reason;
      if (!sftp) retry.limit(kUnreachableAttempts);
      std::lock_guard hold(mutex_);
      idle_.clear();  // they were cut with this one, most likely
    } catch (const SftpRefusal& refusal) {
      std::lock_guard hold(mutex_);
      if (sftp) idle_.push_back(std::move(sftp));
      throw failure(what + ": " + (refusal.message.empty() ? "refused" : refusal.message),
                    hint_for(refusal.status));
    }
    if (!retry.again()) throw failure(what + ": " + reason);
  }
}

// --- reading --------------------------------------------------------------------------------------

std::optional<RemoteFile> SftpBackend::stat(const std::string& name) {
  std::string path = path_of(name);
  std::optional<RemoteFile> file;
  with_connection(doing("look at", name), [&](Sftp& sftp, int) {
    auto found = sftp.stat(path);
    file.reset();
    if (found && found->is_regular() && found->size) file = RemoteFile{name, *found->size};
  });
  return file;
}

std::optional<std::string> SftpBackend::read(const std::string& name, uint64_t limit) {
  std::string path = path_of(name);
  std::optional<std::string> bytes;
  with_connection(doing("read", name), [&](Sftp& sftp, int) {
    // One byte more tells whether it is larger; the size of stat could be that of a predecessor.
    auto found = sftp.stat(path);
    if (found && found->size && *found->size > limit) {
      throw too_large(url_ + "/" + name, *found->size, limit);
    }
    bytes = found ? sftp.read(path, 0, limit + 1) : std::nullopt;
  });
  if (bytes && bytes->size() > limit) throw too_large(url_ + "/" + name, std::nullopt, limit);
  return bytes;
}

std::string SftpBackend::read_range(const std::string& name, uint64_t offset, uint64_t size) {
  std::string path = path_of(name), what = doing("read", name);
  std::optional<std::string> bytes;
  with_connection(what, [&](Sftp& sftp, int) {
    bytes = sftp.read(path, offset, size);
    if (bytes && size == 0) {
      auto found = sftp.stat(path);
      if (found && found->size && *found->size < offset) throw ends_early(what, offset);
    }
  });
  if (!bytes) throw failure(what + ": there is no such file");
  if (bytes->size() < size) throw ends_early(what, offset + size);
  return std::move(*bytes);
}

void SftpBackend::list(const std::string& prefix,
                       const std::function<void(const RemoteFile&)>& visit) {
  check_prefix(prefix);
  std::string directory = join_path(root_, prefix.substr(0, prefix.size() - !prefix.empty()));
  // Collected first: an attempt that breaks off halfway must not be seen.
  std::vector<RemoteFile> files;
  with_connection(doing("list", prefix), [&](Sftp& sftp, int) {
    files.clear();
    list_below(
        sftp, directory, prefix, [&](const RemoteFile& file) { files.push_back(file); }, 0);
  });
  for (const RemoteFile& file : files) visit(file);
}

void SftpBackend::list_below(Sftp& sftp, const std::string& directory, const std::string& prefix,
                             const std::function<void(const RemoteFile&)>& visit, int depth) {
  env_.check_cancelled();
  std::vector<std::string> directories;
  sftp.list(directory, [&](const std::string& name, const SftpAttributes& attributes) {
    if (name.starts_with('.')) return;
    if (attributes.is_directory()) directories.push_back(name);
    if (attributes.is_regular() && attributes.size) visit({prefix + name, *attributes.size});
  });
  if (depth == kDeepest) return;
  for (const std::string& name : directories) {
    list_below(sftp, join_path(directory, name), prefix + name + "/", visit, depth + 1);
  }
}

// --- writing --------------------------------------------------------------------------------------

void SftpBackend::make_directory(Sftp& sftp, const std::string& path) {
  {
    std::lock_guard hold(mutex_);
    if (made_.contains(path)) return;
  }
  auto found = sftp.stat(path);
  if (!found) {
    try {
      sftp.make_directory(path);
    } catch (const SftpRefusal&) {
      found = sftp.stat(path);  // another writer was faster
      if (!found || !found->is_directory()) throw;
    }
  } else if (!found->is_directory()) {
    throw SftpRefusal(SftpStatus::failure, quoted(path) + " is no directory");
  }
  std::lock_guard hold(mutex_);
  made_.insert(path);
}

void SftpBackend::make_parents(Sftp& sftp, const std::string& name) {
  make_directory(sftp, root_);
  make_directory(sftp, join_path(root_, kTemporary));
  for (size_t slash = name.find('/'); slash != std::string::npos;
       slash = name.find('/', slash + 1)) {
    make_directory(sftp, join_path(root_, name.substr(0, slash)));
  }
}

bool SftpBackend::put(const std::string& name, std::string_view bytes, Put how) {
  check_put_name(name);
  std::string path = path_of(name);
  bool first = false;
  with_connection(doing("write", name), [&](Sftp& sftp, int attempt) {
    first = false;
    if (how == Put::create && sftp.stat(path)) {
      // Perhaps ours: the answer to an earlier attempt was lost.
      first = attempt > 1 && sftp.read(path, 0, bytes.size() + 1) == bytes;
      return;
    }
    make_parents(sftp, name);
    std::string temporary = join_path(join_path(root_, kTemporary), random_hex(16));
    try {
      sftp.write_new(temporary, bytes);
      first = publish(sftp, temporary, path, how);
    } catch (const SftpRefusal&) {
      try {
        sftp.remove(temporary);
      } catch (const SftpRefusal&) {
        // It was not made, or the server is read-only now.
      }
      throw;
    }
  });
  return first;
}

bool SftpBackend::publish(Sftp& sftp, const std::string& temporary, const std::string& path,
                          Put how) {
  if (how == Put::replace) {
    if (!sftp.can_replace()) {
      // Others than OpenSSH: a moment without the file, if there was one.
      if (sftp.stat(path)) sftp.remove(path);
      sftp.rename_v3(temporary, path);
    } else {
      sftp.rename(temporary, path);
    }
    return true;
  }
  bool first = true;
  try {
    // Version 3's rename is a link and an unlink on OpenSSH, and fails where there is one.
    if (!sftp.can_link()) {
      sftp.rename_v3(temporary, path);
      return true;
    }
    sftp.link(temporary, path);
  } catch (const SftpRefusal&) {
    if (!sftp.stat(path)) throw;
    first = false;
  }
  sftp.remove(temporary);
  return first;
}

bool SftpBackend::remove(const std::string& name) {
  std::string path = path_of(name);
  bool removed = false;
  with_connection(doing("remove", name), [&](Sftp& sftp, int attempt) {
    try {
      sftp.remove(path);
      removed = true;
    } catch (const SftpRefusal& refusal) {
      if (refusal.status != SftpStatus::no_such_file && sftp.lstat(path)) throw;
      removed = attempt > 1;  // by the attempt before, whose answer was lost
    }
  });
  return removed;
}

}  // namespace mlo::remote
