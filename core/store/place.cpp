// How an object becomes a file of the work tree.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/object_store.hpp"
#include "store/transfer.hpp"

namespace mlo::store {
namespace {

// The target of a copy or reflink; removed again unless kept.
class NewFile {
 public:
  NewFile(Env& env, const At& place, mode_t mode)
      : env_(env), place_(place), fd_(env.files.create(place, Create::exclusive, mode)) {}
  NewFile(const NewFile&) = delete;
  ~NewFile() {
    if (!fd_) return;
    try {
      env_.files.unlink(place_);
    } catch (const Error&) {
      // The error that brought us here says more.
    }
  }
  int fd() const { return fd_.get(); }
  void keep() { fd_.close(); }

 private:
  Env& env_;
  const At& place_;
  Descriptor fd_;
};

bool cannot_link(const Error& error) {
  switch (error.system_code()) {
    case EXDEV:
    case EPERM:
    case EACCES:
    case EMLINK:
    case EOPNOTSUPP:
    case ENOSYS:
      return true;
    default:
      return false;
  }
}

bool try_reflink(Env& env, int from, const At& target, mode_t mode) {
  NewFile file(env, target, mode);
  if (!env.files.clone(from, file.fd(), target.path)) return false;
  file.keep();
  return true;
}

bool try_link(Env& env, const std::string& object, const At& target, LinkKind kind) {
  try {
    if (kind == LinkKind::hardlink) {
      env.files.link(object, target);
    } else {
      env.files.symlink(object, target);
    }
    return true;
  } catch (const Error& error) {
    if (!cannot_link(error)) throw;
    return false;
  }
}

}  // namespace

void ObjectStore::copy_out(const Digest& digest, const std::optional<std::string>& loose,
                           const At& target, mode_t mode) const {
  NewFile out(*env_, target, mode);
  auto status = loose ? stat_of(*loose) : std::nullopt;
  uint64_t size = status ? static_cast<uint64_t>(status->st_size) : 0;
  if (size >= kLooseSize) {
    Descriptor in = open_read(*loose);
    if (hash_and_copy(*env_, in.get(), *loose, out.fd(), target.path, size).digest != digest) {
      throw damaged_object(digest, *loose);
    }
  } else {
    env_->files.write(out.fd(), view(digest).bytes(), target.path);
  }
  out.keep();
}

LinkKind ObjectStore::place(const Digest& digest, const At& target, mode_t mode,
                            std::span<const LinkKind> kinds) const {
  std::optional<std::string> loose;
  // A packed object has no file to link to; most files of a checkout are packed, so look there
  // first.
  bool packed = packed_here(digest);
  if (!packed) loose = loose_path(digest);
  if (!packed && !loose) throw missing_object(digest);
  for (LinkKind kind : kinds) {
    if (packed || kind == LinkKind::copy) break;
    if (kind == LinkKind::reflink) {
      Descriptor from = open_read(*loose);
      if (try_reflink(*env_, from.get(), target, mode)) return kind;
    } else if (try_link(*env_, *loose, target, kind)) {
      return kind;
    }
  }
  bool may_copy = packed || std::find(kinds.begin(), kinds.end(), LinkKind::copy) != kinds.end();
  if (!may_copy) {
    throw failure("the file system cannot link " + quoted(target.path) + " to the store",
                  "add 'copy' to store.link");
  }
  copy_out(digest, loose, target, mode);
  return LinkKind::copy;
}

}  // namespace mlo::store
