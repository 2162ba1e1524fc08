#include "data/link_in.hpp"

#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/loose_writer.hpp"
#include "store/source_file.hpp"

namespace mlo::data {
namespace {

bool make_link(Env& env, const std::string& file, const std::string& name) {
  try {
    env.files.link(file, name);
    return true;
  } catch (const Error& error) {
    int reason = error.system_code();
    if (reason != EXDEV && reason != EPERM && reason != EMLINK && reason != EOPNOTSUPP) throw;
    return false;
  }
}

/// The second name becomes the object's. Not through the batch: that copies files with several names, as
/// it cannot know that nobody writes to the others.
store::AddedFile publish(Env& env, const std::string& name, store::Batch& batch,
                         const store::ObjectStore& store) {
  Descriptor fd = store::open_source(name, name);
  store::AddedFile added;
  added.status = store::source_status(fd.get(), name);
  added.digest = sha256_of(fd.get(), name, &added.size);
  if (batch.keep(added.digest, added.size)) {
    env.files.unlink(name);
    return added;
  }
  auto file = store::TemporaryObject::adopt(env, store.path(), name);
  if (!file) throw failure("cannot move " + quoted(name) + " inside the store");
  store::LooseObject object{added.digest, std::move(*file)};
  store::publish_loose(env, store.path(), std::span(&object, 1));
  added.stored = true;
  if (!batch.keep(added.digest, added.size)) throw store::missing_object(added.digest);
  return added;
}

}  // namespace

std::optional<store::AddedFile> link_in(Env& env, const std::string& file, store::Batch& batch,
                                        const store::ObjectStore& store) {
  auto status = stat_of(file);
  if (!status || !S_ISREG(status->st_mode) || status->st_uid != ::geteuid() ||
      static_cast<uint64_t>(status->st_size) < store::kLooseSize) {
    return std::nullopt;
  }
  const store::FileLock lock = store.lock(store::LockKind::shared);  // gc empties tmp/
  std::string name = store.inside("tmp/" + random_hex(32) + ".link");
  if (!make_link(env, file, name)) return std::nullopt;
  try {
    return publish(env, name, batch, store);
  } catch (...) {
    if (exists(name)) env.files.unlink(name);
    throw;
  }
}

}  // namespace mlo::data
