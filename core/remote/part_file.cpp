#include "remote/part_file.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::remote {
namespace {

// What was not asked for again in this time is not going to be.
constexpr int64_t kAbandoned = int64_t{14} * 86400;

void touch_lock(Env& env, const std::string& file) {
  if (!exists(file)) env.files.create(file, Create::append, 0666);
}

/// Private parts of killed processes, and those that nobody goes on with.
void remove_abandoned(Env& env, const std::string& directory) {
  const int64_t now = env.clock.now() / 1'000'000'000;
  for (const std::string& name : names_in(directory)) {
    if (name == "lock") continue;
    const std::string file = join_path(directory, name);
    const auto status = stat_of(file);
    if (!status || now - status->st_mtim.tv_sec < kAbandoned) continue;
    env.files.unlink(file);
  }
}

}  // namespace

PartFile::PartFile(Env& env, const std::string& directory, const Digest& object) : env_(env) {
  make_directories(env.files, directory);
  const std::string lock = join_path(directory, "lock");
  touch_lock(env, lock);
  lock_ = store::FileLock::try_acquire(lock, store::LockKind::exclusive);
  path_ = join_path(directory, object.hex());
  if (lock_) {
    remove_abandoned(env, directory);
  } else {
    path_ += "." + random_hex(8);
  }
  fd_ = env.files.create(path_, Create::append, 0600);
}

PartFile::~PartFile() {
  if (lock_ || !fd_) return;
  try {
    remove();
  } catch (const Error&) {
    // The next that gets the lock finds it.
  }
}

void PartFile::remove() {
  fd_.close();
  if (exists(path_)) env_.files.unlink(path_);
}

size_t PartFile::resume(const Codec& codec, std::span<const ChunkRead> chunks) {
  Descriptor in = open_read(path_);
  std::vector<std::byte> memory;
  size_t count = 0;
  uint64_t size = 0;
  for (const ChunkRead& read : chunks) {
    env_.check_cancelled();
    memory.resize(read.chunk.raw);
    if (read_some(in.get(), memory) != memory.size()) break;
    if (codec.id_of(sha256(memory)) != read.chunk.id) break;
    size += memory.size();
    ++count;
  }
  struct stat status;
  if (::fstat(fd_.get(), &status) != 0)
    throw system_error("cannot look at " + quoted(path_), errno);
  if (static_cast<uint64_t>(status.st_size) != size) {
    env_.files.truncate(fd_.get(), static_cast<off_t>(size), path_);
  }
  return count;
}

void PartFile::append(std::string_view bytes) {
  env_.files.write(fd_.get(), as_bytes(bytes), path_);
}

}  // namespace mlo::remote
