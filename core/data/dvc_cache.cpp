#include "data/dvc_cache.hpp"

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/dvc_repository.hpp"

namespace mlo::data {
namespace {

constexpr mode_t kReadOnly = 0444;

}  // namespace

DvcCacheWriter::DvcCacheWriter(Env& env, std::string cache_dir)
    : env_(env), base_(std::move(cache_dir)) {}

DvcCacheWriter::~DvcCacheWriter() {
  for (const Pending& pending : pending_) {
    try {
      env_.files.unlink(pending.temporary);
    } catch (const Error&) {
      // Its name says that it is temporary; DVC looks at names of 30 hex digits only.
    }
  }
}

bool DvcCacheWriter::begin(const std::string& name, uint64_t size, Pending& pending) {
  pending.target = join_path(base_, name);
  {
    std::lock_guard hold(mutex_);
    if (!taken_.insert(name).second) return false;
  }
  auto status = stat_of(pending.target);
  if (status && S_ISREG(status->st_mode) && static_cast<uint64_t>(status->st_size) == size) {
    return false;
  }
  std::string directory(parent_path(pending.target));
  make_directories(env_.files, directory);
  pending.temporary = directory + "/.mlo-" + random_hex(16) + ".tmp";
  return true;
}

bool DvcCacheWriter::add(const store::ObjectStore& store, const Digest& digest, uint64_t size,
                         const Md5Digest& md5) {
  Pending pending;
  if (!begin(dvc_object_names(md5, DvcHash::md5, false)[0], size, pending)) return false;
  static constexpr store::LinkKind kKinds[] = {store::LinkKind::reflink, store::LinkKind::copy};
  store.place(digest, pending.temporary, kReadOnly, kKinds);
  std::lock_guard hold(mutex_);
  pending_.push_back(std::move(pending));
  return true;
}

bool DvcCacheWriter::add_directory(std::string_view text, const Md5Digest& md5) {
  Pending pending;
  if (!begin(dvc_object_names(md5, DvcHash::md5, true)[0], text.size(), pending)) return false;
  Descriptor fd = env_.files.create(pending.temporary, Create::exclusive, kReadOnly);
  {
    std::lock_guard hold(mutex_);
    pending_.push_back(pending);
  }
  env_.files.write(fd.get(), as_bytes(text), pending.temporary);
  return true;
}

void DvcCacheWriter::commit() {
  parallel_for(pending_.size(), [&](size_t i) {
    env_.files.sync(open_read(pending_[i].temporary).get(), pending_[i].temporary);
  });
  std::set<std::string> directories;
  while (!pending_.empty()) {
    const Pending& pending = pending_.back();
    env_.files.rename(pending.temporary, pending.target);
    directories.insert(std::string(parent_path(pending.target)));
    pending_.pop_back();
  }
  for (const std::string& directory : directories) sync_directory(env_.files, directory);
  if (directories.empty()) return taken_.clear();
  for (const char* above : {"files/md5", "files", ".", ".."}) {
    sync_recent_names(env_.files, join_path(base_, above));
  }
  taken_.clear();
}

}  // namespace mlo::data
