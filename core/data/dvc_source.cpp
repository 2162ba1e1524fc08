#include "data/dvc_source.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/temporary_file.hpp"
#include "base/text.hpp"
#include "data/dvc_remote.hpp"
#include "data/link_in.hpp"
#include "store/source_file.hpp"

namespace mlo::data {
namespace {

/// A directory object of ten million files.
constexpr uint64_t kMostDirectory = uint64_t{2} << 30;

void remember(std::vector<std::string>& list, const std::string& text) {
  if (std::find(list.begin(), list.end(), text) == list.end()) list.push_back(text);
}

/// The bytes of a small file, and its names.
struct SmallFile {
  std::string bytes;
  DvcNames names;
};

SmallFile read_small(int fd, const struct stat& status, const std::string& file, DvcHash hash) {
  SmallFile small;
  small.bytes.resize(static_cast<size_t>(status.st_size) + 1);
  size_t size = in_context("reading " + quoted(file), [&] {
    return read_some(fd, std::as_writable_bytes(std::span(small.bytes)));
  });
  store::check_unchanged(fd, status, size, file);
  small.bytes.resize(size);
  small.names = dvc_names(as_bytes(small.bytes), hash);
  return small;
}

}  // namespace

DvcSource::DvcSource(Env& env, const DvcRepository& repository, DvcKnown& known, std::string remote,
                     CacheLink link)
    : env_(env), repository_(repository), known_(known), remote_(std::move(remote)), link_(link) {}
DvcSource::~DvcSource() = default;

std::optional<DvcTaken> DvcSource::known(const DvcWanted& wanted, store::Batch& batch) const {
  auto content = known_.find(wanted.hash, wanted.md5);
  if (!content || !batch.keep(content->sha256, content->size)) return std::nullopt;
  return DvcTaken{content->sha256, content->size, {}};
}

std::optional<DvcTaken> DvcSource::take(const DvcWanted& wanted, store::Batch& batch,
                                        const store::ObjectStore& store) {
  env_.check_cancelled();
  const std::lock_guard alone(contents_[wanted.md5.bytes[0] % contents_.size()]);
  if (auto taken = known(wanted, batch)) return taken;
  // From the work tree first: its files are then in the stat index, and `status` need not read them.
  // A link saves space only when it is the cache's file.
  if (link_ == CacheLink::copy) {
    if (auto taken = take_work_file(wanted, batch)) return taken;
  }
  for (const std::string& file : object_files(wanted)) {
    if (auto taken = take_object(file, wanted, batch, store)) return taken;
  }
  if (link_ == CacheLink::hardlink) {
    if (auto taken = take_work_file(wanted, batch)) return taken;
  }
  return download(wanted, batch, store);
}

std::optional<DvcTaken> DvcSource::take_work_file(const DvcWanted& wanted, store::Batch& batch) {
  auto status = wanted.work_file.empty() ? std::nullopt : stat_of(wanted.work_file);
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  try {
    auto taken = take_file(wanted.work_file, wanted, batch, nullptr);
    if (taken) taken->work_status = status;
    return taken;
  } catch (const Error& error) {
    if (error.system_code() != EACCES) throw;
    return std::nullopt;
  }
}

std::optional<DvcTaken> DvcSource::take_object(const std::string& file, const DvcWanted& wanted,
                                               store::Batch& batch,
                                               const store::ObjectStore& store) {
  auto status = stat_of(file);
  if (!status) return std::nullopt;
  if (!S_ISREG(status->st_mode)) {
    damage(file);
    return std::nullopt;
  }
  try {
    auto taken = take_file(file, wanted, batch, &store);
    if (!taken) damage(file);
    return taken;
  } catch (const Error& error) {
    if (error.system_code() != EACCES && error.system_code() != EIO) throw;
    trouble(error.message());
    return std::nullopt;
  }
}

std::optional<DvcTaken> DvcSource::take_file(const std::string& file, const DvcWanted& wanted,
                                             store::Batch& batch,
                                             const store::ObjectStore* link_into) {
  Descriptor fd = store::open_source(file, file);
  struct stat status = store::source_status(fd.get(), file);
  ++files_read_;
  if (static_cast<uint64_t>(status.st_size) < store::kLooseSize) {
    SmallFile small = read_small(fd.get(), status, file, wanted.hash);
    if (small.names.md5 != wanted.md5) return std::nullopt;
    Digest digest = batch.add(small.bytes);
    known_.set(wanted.hash, small.names);
    return DvcTaken{digest, small.names.size, {}};
  }
  DvcNames names = dvc_names_of(fd.get(), file, wanted.hash);
  store::check_unchanged(fd.get(), status, names.size, file);
  if (names.md5 != wanted.md5) return std::nullopt;
  bool link = link_ == CacheLink::hardlink && link_into != nullptr;
  store::AddedFile added = link ? add_linked(file, batch, *link_into) : batch.add_file(file, file);
  if (added.digest != names.sha256) throw failure(quoted(file) + " changed while it was read");
  known_.set(wanted.hash, names);
  return DvcTaken{added.digest, added.size, {}};
}

// Both names share the bytes: only for files that nobody writes in place, which DVC's cache is as long as
// its files are read-only.
store::AddedFile DvcSource::add_linked(const std::string& file, store::Batch& batch,
                                       const store::ObjectStore& store) {
  auto status = stat_of(file);
  if (status && (status->st_mode & 0222) == 0) {
    if (auto added = link_in(env_, file, batch, store)) {
      if (added->stored) ++linked_;
      return *added;
    }
  }
  return batch.add_file(file, file);
}

std::vector<std::string> DvcSource::object_files(const DvcWanted& wanted) const {
  std::vector<std::string> bases;
  if (!repository_.config.cache_dir.empty()) bases.push_back(repository_.config.cache_dir);
  const DvcRemote* remote = remote_of(wanted);
  if (remote && is_directory_remote(*remote)) bases.push_back(remote->url);
  std::vector<std::string> files;
  for (const std::string& base : bases) {
    for (const std::string& name : dvc_object_names(wanted.md5, wanted.hash, wanted.is_directory)) {
      files.push_back(join_path(base, name));
    }
  }
  return files;
}

std::optional<std::string> DvcSource::read_directory(const DvcWanted& wanted) {
  for (const std::string& file : object_files(wanted)) {
    auto text = read_file_if_exists(file, kMostDirectory);
    if (!text) continue;
    if (md5(*text) == wanted.md5) return text;
    damage(file);
  }
  const DvcRemote* remote = remote_of(wanted);
  remote::Backend* from = remote ? backend(*remote) : nullptr;
  if (!from) return std::nullopt;
  for (const std::string& name : dvc_object_names(wanted.md5, wanted.hash, true)) {
    try {
      auto text = from->read(name, kMostDirectory);
      if (text && md5(*text) == wanted.md5) return text;
      if (text) damage(from->url() + "/" + name);
    } catch (const Error& error) {
      trouble(error.message());
    }
  }
  return std::nullopt;
}

std::optional<DvcTaken> DvcSource::download(const DvcWanted& wanted, store::Batch& batch,
                                            const store::ObjectStore& store) {
  const DvcRemote* remote = remote_of(wanted);
  remote::Backend* from = remote ? backend(*remote) : nullptr;
  if (!from) return std::nullopt;
  for (const std::string& name : dvc_object_names(wanted.md5, wanted.hash, false)) {
    const TemporaryFile got(env_.files, store.inside("tmp/" + random_hex(32) + ".download"));
    try {
      auto names = download_file(env_, *from, name, got.path(), wanted.hash);
      if (!names) continue;
      ++files_read_;
      if (names->md5 != wanted.md5) {
        damage(from->url() + "/" + name);
        continue;
      }
      store::AddedFile added = batch.take_file(got.path());
      if (added.digest != names->sha256) {
        throw failure(quoted(got.path()) + " changed while it was read");
      }
      known_.set(wanted.hash, *names);
      return DvcTaken{added.digest, added.size, {}};
    } catch (const Error& error) {
      // A full disk or a signal ends the command; a server that does not answer only this content.
      if (error.system_code() != 0 || error.code() != Exit::failure) throw;
      trouble(error.message());
    }
  }
  return std::nullopt;
}

const DvcRemote* DvcSource::remote_of(const DvcWanted& wanted) const {
  const DvcRemote* remote =
      repository_.config.remote(remote_.empty() ? wanted.remote : std::string_view(remote_));
  // Those hold plain files, or versions of a bucket, at the paths of the work tree.
  if (remote && (remote->worktree || remote->version_aware)) return nullptr;
  if (remote && remote->url.empty()) return nullptr;  // a relative path, of a repository elsewhere
  return remote;
}

remote::Backend* DvcSource::backend(const DvcRemote& remote) {
  if (is_directory_remote(remote)) return nullptr;
  std::lock_guard hold(mutex_);
  auto found = backends_.find(remote.name);
  if (found != backends_.end()) return found->second.get();
  std::unique_ptr<remote::Backend>& opened = backends_[remote.name];
  try {
    opened = open_dvc_remote(env_, remote);
  } catch (const Error& error) {
    remember(troubles_, error.message());
  }
  return opened.get();
}

void DvcSource::trouble(const std::string& text) {
  std::lock_guard hold(mutex_);
  remember(troubles_, text);
}

void DvcSource::damage(const std::string& file) {
  std::lock_guard hold(mutex_);
  remember(damaged_, file);
}

std::vector<std::string> DvcSource::damaged() const {
  std::lock_guard hold(mutex_);
  return damaged_;
}

std::vector<std::string> DvcSource::troubles() const {
  std::lock_guard hold(mutex_);
  return troubles_;
}

}  // namespace mlo::data
