#include "store/lease.hpp"

#include <sys/file.h>

#include <cerrno>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/sharing.hpp"

namespace mlo::store {
namespace {

constexpr std::string_view kHeader = "mlo-lease 1\n";

LeaseInfo parse_lease(const std::string& file, const std::string& text) {
  LeaseInfo lease{file, "", {}, true};
  std::vector<std::string_view> lines = split(text, '\n');
  bool valid = text.starts_with(kHeader) && text.ends_with("\n") && lines.size() >= 3 &&
               lines[1].starts_with("what ");
  if (valid) lease.what = lines[1].substr(5);
  for (size_t i = 2; valid && i + 1 < lines.size(); ++i) {
    std::optional<Digest> digest = parse_digest(lines[i]);
    valid = digest.has_value();
    if (valid) lease.objects.push_back(*digest);
  }
  if (!valid) throw failure("lease " + quoted(file) + " is malformed", "remove it");
  return lease;
}

}  // namespace

Lease::Lease(ObjectStore& store, std::span<const Digest> objects, const std::string& what)
    : files_(&store.env().files), path_(store.inside("leases/" + random_hex(32))) {
  std::string text(kHeader);
  text += "what " + printable(what) + "\n";
  for (const Digest& digest : objects) text += digest.hex() + "\n";
  // The store's lock keeps gc from seeing the file before it is complete and locked.
  FileLock hold = store.lock(LockKind::shared);
  fd_ = files_->create(path_, Create::exclusive, 0666);
  open_to_group(store.env(), path_);
  files_->write(fd_.get(), as_bytes(text), path_);
  // Waits: a dry run of gc, which shares the store's lock, may be trying it this very moment.
  while (::flock(fd_.get(), LOCK_EX) != 0) {
    if (errno != EINTR) throw system_error("cannot lock " + quoted(path_), errno);
  }
}

Lease::~Lease() {
  if (!fd_) return;
  try {
    files_->unlink(path_);
  } catch (const Error&) {
    // gc removes it.
  }
}

std::vector<LeaseInfo> list_leases(const ObjectStore& store) {
  std::vector<LeaseInfo> leases;
  for (const std::string& name : names_in(store.inside("leases"))) {
    std::string file = store.inside("leases/" + name);
    try {
      // Shared, so that two lists at once do not take each other for the holder.
      bool held = !FileLock::try_acquire(file, LockKind::shared);
      // A holder that died while writing may leave half a file; nobody needs it.
      if (!held) {
        leases.push_back({file, "", {}, false});
        continue;
      }
      leases.push_back(parse_lease(file, read_file(file)));
    } catch (const Error& error) {
      if (error.system_code() != ENOENT) throw;
    }
  }
  return leases;
}

}  // namespace mlo::store
