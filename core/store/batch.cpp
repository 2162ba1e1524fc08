#include "store/batch.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
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
                                        " is read-only for this user; 'store.shared: group' in its "
                                        "owner's .mlo/config.yaml lets a group write");
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
  /// Packs of this batch that reached the limit: finished, not yet visible.
  std::vector<std::unique_ptr<PackWriter>> full_packs;
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
  bool keep_packed(const PackSet::Found& found);
  bool present_small(const Digest& digest, std::string_view content);
  bool keep_loose(const std::string& file);
  bool keep(const Digest& digest, std::optional<uint64_t> size);
  bool add_small(const Digest& digest, std::string_view bytes);
  bool add_loose(const Digest& digest, uint64_t size, TemporaryObject file);
  bool may_be_present(uint64_t size);
  bool is_present(const Digest& digest, uint64_t size);
  AddedFile add_large(int fd, const struct stat& status, const std::string& name,
                      const ByteCount& progress);
  AddedFile add_file(const At& place, const std::string& name, const ByteCount& progress);
  std::optional<AddedFile> move_file(const std::string& path);
};

// With the mutex held.
void Batch::State::begin() {
  if (lock) return;
  lock = store.lock(LockKind::shared);
  store.reload();
}

// With the mutex held. False when the pack is another user's, who alone can freshen it.
bool Batch::State::keep_packed(const PackSet::Found& found) {
  if (fresh_packs.contains(found.pack->name())) return true;
  if (!freshen_file(env, found.pack->pack_file())) return false;
  fresh_packs.insert(found.pack->name());
  found_in.insert(store.inside("packs"));
  return true;
}

// With the mutex held. The lock keeps gc out, so a miss needs no second look at the directory; a
// pack that another batch published meanwhile only means that an object is stored twice.
bool Batch::State::present_small(const Digest& digest, std::string_view content) {
  std::vector<PackSet::Found> copies = store.packs().find_all(digest);
  return std::any_of(copies.begin(), copies.end(), [&](const PackSet::Found& found) {
    auto mapping = found.pack->mapping();
    auto stored = mapping->bytes().subspan(found.entry.offset, found.entry.size);
    return as_text(stored) == content && keep_packed(found);
  });
}

// With the mutex held.
bool Batch::State::keep_loose(const std::string& file) {
  if (!freshen_file(env, file)) return false;
  found_in.insert(std::string(parent_path(file)));
  found_in.insert(store.inside("loose"));
  return true;
}

// With the mutex held.
bool Batch::State::keep(const Digest& digest, std::optional<uint64_t> size) {
  for (const PackSet::Found& found : store.packs().find_all(digest)) {
    if ((!size || found.entry.size == *size) && keep_packed(found)) return true;
  }
  std::string file = store.inside(loose_name(digest));
  auto status = stat_of(file);
  if (!status || (size && static_cast<uint64_t>(status->st_size) != *size)) return false;
  return keep_loose(file);
}

// A loose object that is there and whole. It is hashed without the mutex; the store's lock keeps gc
// away from it.
bool Batch::State::is_present(const Digest& digest, uint64_t size) {
  return writing([&] {
    std::string file = store.inside(loose_name(digest));
    {
      std::lock_guard hold(mutex);
      begin();
      if (taken.contains(digest)) return true;
    }
    auto status = stat_of(file);
    if (!status || static_cast<uint64_t>(status->st_size) != size) return false;
    if (sha256_of(open_read(file).get(), file) != digest) return false;
    std::lock_guard hold(mutex);
    return keep_loose(file);
  });
}

bool Batch::State::add_small(const Digest& digest, std::string_view content) {
  return writing([&] {
    std::lock_guard hold(mutex);
    begin();
    if (!taken.insert(digest).second || present_small(digest, content)) return false;
    if (!pack) pack = std::make_unique<PackWriter>(env, store.path());
    pack->add(digest, content);
    ++objects;
    bytes += content.size();
    if (pack->bytes() >= store.pack_limit()) {
      pack->finish();
      full_packs.push_back(std::move(pack));
    }
    return true;
  });
}

// The caller knows that the store has no sound copy. Where another process was faster, the rename
// replaces bytes by the same bytes.
bool Batch::State::add_loose(const Digest& digest, uint64_t size, TemporaryObject file) {
  return writing([&] {
    std::lock_guard hold(mutex);
    if (!taken.insert(digest).second) return false;
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

// nullopt: it is small, or cannot be moved: then its bytes are copied. A file with a second name
// stays its owner's: whoever writes through the other name would write into the store.
std::optional<AddedFile> Batch::State::move_file(const std::string& path) {
  env.check_cancelled();
  Descriptor fd = open_source(path, path);
  struct stat status = source_status(fd.get(), path);
  bool movable = status.st_nlink == 1 && status.st_uid == ::geteuid();
  if (!movable || static_cast<uint64_t>(status.st_size) < kLooseSize) return std::nullopt;
  uint64_t size = 0;
  Digest digest = sha256_of(fd.get(), path, &size);
  check_unchanged(fd.get(), status, size, path);
  if (is_present(digest, size)) return AddedFile{digest, size, status, false};
  return writing([&]() -> std::optional<AddedFile> {
    auto file = TemporaryObject::adopt(env, store.path(), path);
    if (!file) return std::nullopt;
    return AddedFile{digest, size, status, add_loose(digest, size, std::move(*file))};
  });
}

Batch::Batch(ObjectStore& store) : state_(std::make_unique<State>(store)) {}
Batch::~Batch() = default;

bool Batch::keep(const Digest& digest, std::optional<uint64_t> size) {
  std::lock_guard hold(state_->mutex);
  state_->begin();
  return state_->taken.contains(digest) || state_->keep(digest, size);
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

AddedFile Batch::take_file(const std::string& path) {
  auto moved = state_->move_file(path);
  AddedFile added = moved ? *moved : state_->add_file(path, {}, {});
  if (exists(path)) state_->env.files.unlink(path);
  return added;
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
    if (state.pack) {
      state.pack->finish();
      state.full_packs.push_back(std::move(state.pack));
    }
    publish_loose(state.env, state.store.path(), state.loose);
    for (auto& pack : state.full_packs) pack->publish();
    for (const std::string& directory : state.found_in)
      sync_recent_names(state.env.files, directory);
  });
  state.full_packs.clear();
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
