#include "store/batch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <mutex>
#include <optional>
#include <set>
#include <unordered_set>
#include <utility>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"
#include "store/loose_writer.hpp"
#include "store/pack.hpp"
#include "store/source_file.hpp"
#include "store/transfer.hpp"

namespace mlo::store {
namespace {

// What a failed write to the store means to its user.
Error explained(Error error, const std::string& store_path) {
  switch (error.system_code()) {
    case EROFS:
    case EACCES:
    case EPERM:
      return std::move(error).with_hint("the store " + quoted(store_path) +
                                        " is read-only for this user");
    case ENOSPC:
    case EDQUOT:
      return std::move(error).with_hint("free space there; 'mlo gc' removes unused objects");
    default:
      return error;
  }
}

}  // namespace

struct Batch::State {
  explicit State(ObjectStore& s) : store(s), env(s.env()) {}

  ObjectStore& store;
  Env& env;
  std::mutex mutex;  // guards everything below
  std::optional<FileLock> lock;
  std::unique_ptr<PackWriter> pack;
  std::vector<LooseObject> loose;
  std::unordered_set<Digest> taken;
  std::unordered_set<std::string> fresh_packs;
  /// Where objects were found present: the process that named them may not have synced them.
  std::set<std::string> found_in;
  /// Sizes of the loose objects that were there before; filled by the first large file.
  std::optional<std::unordered_set<uint64_t>> loose_sizes;
  uint64_t objects = 0, bytes = 0;
  /// A write failed: the temporary pack may end in half a record, so nothing of it may be
  /// published.
  std::atomic<bool> broken = false;

  template <typename Work>
  decltype(auto) writing(Work&& work) {
    try {
      return work();
    } catch (Error& error) {
      broken = true;
      throw explained(std::move(error), store.path());
    } catch (...) {
      broken = true;
      throw;
    }
  }
  void begin();
  bool present_small(const Digest& digest);
  bool present_loose(const Digest& digest, uint64_t size);
  bool keep_loose(const std::string& file);
  bool add_small(const Digest& digest, std::string_view bytes);
  bool add_loose(const Digest& digest, uint64_t size, TemporaryObject file);
  bool may_be_present(uint64_t size);
  bool is_present(const Digest& digest, uint64_t size);
  AddedFile add_large(int fd, const struct stat& status, const std::string& name,
                      const ByteCount& progress);
  AddedFile add_file(const At& place, const std::string& name, const ByteCount& progress);
};

// With the mutex held.
void Batch::State::begin() {
  if (lock) return;
  lock = store.lock(LockKind::shared);
  store.reload();
}

// With the mutex held. The lock keeps gc out, so a miss needs no second look at the directory; a
// pack that another batch published meanwhile only means that an object is stored twice.
bool Batch::State::present_small(const Digest& digest) {
  auto found = store.packs().find(digest, false);
  if (!found) return false;
  if (fresh_packs.contains(found->pack->name())) return true;
  if (!freshen_file(env, found->pack->pack_file())) return false;
  fresh_packs.insert(found->pack->name());
  found_in.insert(store.inside("packs"));
  return true;
}

// With the mutex held. A loose file of another size is damage: it is written anew.
bool Batch::State::present_loose(const Digest& digest, uint64_t size) {
  std::string file = store.inside(loose_name(digest));
  auto status = stat_of(file);
  if (!status || static_cast<uint64_t>(status->st_size) != size) return false;
  return keep_loose(file);
}

// With the mutex held.
bool Batch::State::keep_loose(const std::string& file) {
  if (!freshen_file(env, file)) return false;
  found_in.insert(std::string(parent_path(file)));
  found_in.insert(store.inside("loose"));
  return true;
}

bool Batch::State::is_present(const Digest& digest, uint64_t size) {
  return writing([&] {
    std::lock_guard hold(mutex);
    begin();
    return taken.contains(digest) || present_loose(digest, size);
  });
}

bool Batch::State::add_small(const Digest& digest, std::string_view content) {
  return writing([&] {
    std::lock_guard hold(mutex);
    begin();
    if (!taken.insert(digest).second || present_small(digest)) return false;
    if (!pack) pack = std::make_unique<PackWriter>(env, store.path());
    pack->add(digest, content);
    ++objects;
    bytes += content.size();
    return true;
  });
}

bool Batch::State::add_loose(const Digest& digest, uint64_t size, TemporaryObject file) {
  return writing([&] {
    std::lock_guard hold(mutex);
    if (!taken.insert(digest).second || present_loose(digest, size)) return false;
    file.close();
    loose.push_back({digest, std::move(file)});
    ++objects;
    bytes += size;
    return true;
  });
}

// Writing 1 GiB only to find it there already takes twice as long as hashing it first; one look at
// the sizes (5 us per object) tells when that is worth while.
bool Batch::State::may_be_present(uint64_t size) {
  std::lock_guard hold(mutex);
  begin();
  if (!loose_sizes) {
    loose_sizes.emplace();
    for_each_loose(store.path(), "", [&](const std::string& file, const Digest* digest) {
      auto status = digest != nullptr ? stat_of(file) : std::nullopt;
      if (status) loose_sizes->insert(static_cast<uint64_t>(status->st_size));
    });
  }
  return loose_sizes->contains(size);
}

AddedFile Batch::State::add_large(int fd, const struct stat& status, const std::string& name,
                                  const ByteCount& progress) {
  uint64_t expected = static_cast<uint64_t>(status.st_size);
  if (may_be_present(expected)) {
    uint64_t size = 0;
    Digest digest = sha256_of(fd, name, &size);
    check_unchanged(fd, status, size, name);
    if (is_present(digest, size)) {
      if (progress) progress(size);
      return {digest, size, status, false};
    }
    if (::lseek(fd, 0, SEEK_SET) != 0) throw system_error("cannot read " + quoted(name), errno);
  }
  auto taken_in = writing([&] {
    TemporaryObject file(env, store.path());
    Transferred bytes;
    if (env.files.clone(fd, file.fd(), file.path())) {
      // The clone is a snapshot: nobody can change it while it is hashed.
      bytes.digest = sha256_of(file.fd(), file.path(), &bytes.size);
      if (progress) progress(bytes.size);
    } else {
      bytes = hash_and_copy(env, fd, name, file.fd(), file.path(), expected, progress);
      check_unchanged(fd, status, bytes.size, name);
    }
    return std::pair(bytes, std::move(file));
  });
  auto& [bytes, file] = taken_in;
  // A file that shrank below the limit while it was cloned belongs into a pack.
  bool stored = bytes.size < kLooseSize ? add_small(bytes.digest, read_file(file.path()))
                                        : add_loose(bytes.digest, bytes.size, std::move(file));
  return {bytes.digest, bytes.size, status, stored};
}

AddedFile Batch::State::add_file(const At& place, const std::string& name,
                                 const ByteCount& progress) {
  env.check_cancelled();
  const std::string& shown = name.empty() ? place.path : name;
  Descriptor fd = open_source(place, shown);
  struct stat status = source_status(fd.get(), shown);
  if (static_cast<uint64_t>(status.st_size) >= kLooseSize) {
    return add_large(fd.get(), status, shown, progress);
  }
  thread_local std::vector<std::byte> memory(kLooseSize);
  size_t size = in_context("reading " + quoted(shown), [&] { return read_some(fd.get(), memory); });
  std::span<const std::byte> content = std::span(memory).first(size);
  check_unchanged(fd.get(), status, size, shown);
  Digest digest = sha256(content);
  bool stored = add_small(digest, as_text(content));
  if (progress) progress(size);
  return {digest, size, status, stored};
}

Batch::Batch(ObjectStore& store) : state_(std::make_unique<State>(store)) {}
Batch::~Batch() = default;

bool Batch::keep(const Digest& digest) {
  std::lock_guard hold(state_->mutex);
  state_->begin();
  if (state_->taken.contains(digest) || state_->present_small(digest)) return true;
  return state_->keep_loose(state_->store.inside(loose_name(digest)));
}

Digest Batch::add(std::string_view bytes) {
  Digest digest = sha256(bytes);
  if (bytes.size() < kLooseSize) {
    state_->add_small(digest, bytes);
    return digest;
  }
  if (state_->is_present(digest, bytes.size())) return digest;
  auto file = state_->writing([&] {
    TemporaryObject temporary(state_->env, state_->store.path());
    state_->env.files.write(temporary.fd(), as_bytes(bytes), temporary.path());
    return temporary;
  });
  state_->add_loose(digest, bytes.size(), std::move(file));
  return digest;
}

AddedFile Batch::add_file(const At& place, const std::string& name) {
  return state_->add_file(place, name, {});
}

std::vector<AddedFile> Batch::add_files(std::span<const At> places, const ByteCount& progress) {
  std::vector<AddedFile> added(places.size());
  parallel_for(places.size(),
               [&](size_t i) { added[i] = state_->add_file(places[i], {}, progress); });
  return added;
}

std::optional<FileLock> Batch::commit() {
  State& state = *state_;
  std::lock_guard hold(state.mutex);
  if (state.broken) throw failure("an earlier write to the store failed");
  state.writing([&] {
    if (state.pack) state.pack->finish();
    publish_loose(state.env, state.store.path(), state.loose);
    if (state.pack) state.pack->publish();
    for (const std::string& directory : state.found_in)
      sync_recent_names(state.env.files, directory);
  });
  state.pack.reset();
  state.loose.clear();
  state.taken.clear();
  state.fresh_packs.clear();
  state.found_in.clear();
  state.loose_sizes.reset();
  state.store.reload();
  return std::exchange(state.lock, std::nullopt);
}

uint64_t Batch::objects() const {
  std::lock_guard hold(state_->mutex);
  return state_->objects;
}

uint64_t Batch::bytes() const {
  std::lock_guard hold(state_->mutex);
  return state_->bytes;
}

}  // namespace mlo::store
