#include "store/object_store.hpp"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"
#include "store/pack.hpp"

namespace mlo::store {
namespace {

constexpr std::string_view kFormat = "mlo-store 1\nhash sha256\n";

Time time_of(const struct stat& status) {
  return int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec;
}

// Of the grace period of 14 days.
constexpr int64_t kFreshEnough = int64_t{86400} * 1'000'000'000;

void create_store(Env& env, const std::string& path) {
  make_directories(env.files, path);
  for (const char* name : {"loose", "packs", "tmp", "trash", "leases", "workspaces"}) {
    make_directories(env.files, path + "/" + name);
  }
  env.files.create(path + "/lock", Create::append, 0666);
  sync_directory(env.files, std::string(parent_path(path)));
  // Last, and durably: a store without this file is no store, and creating it again completes it.
  write_file_atomically(env.files, path + "/format", kFormat);
}

void check_format(const std::string& path, const std::string& text) {
  if (text == kFormat) return;
  if (!text.starts_with("mlo-store ")) {
    throw failure(quoted(path + "/format") + " is not the format file of a store");
  }
  throw failure("store " + quoted(path) + " has a newer format", "update mlo");
}

}  // namespace

std::string_view link_name(LinkKind kind) {
  static constexpr std::array<std::string_view, 4> kNames = {"reflink", "copy", "hardlink",
                                                             "symlink"};
  return kNames[static_cast<size_t>(kind)];
}

std::optional<LinkKind> parse_link(std::string_view name) {
  for (LinkKind kind : {LinkKind::reflink, LinkKind::copy, LinkKind::hardlink, LinkKind::symlink}) {
    if (link_name(kind) == name) return kind;
  }
  return std::nullopt;
}

std::string loose_name(const Digest& digest) {
  std::string hex = digest.hex();
  return "loose/" + hex.substr(0, 2) + "/" + hex.substr(2);
}

Error missing_object(const Digest& digest) {
  return failure("object sha256:" + digest.brief() + " is not in the store",
                 "add the file again where it still is; 'mlo fsck' lists what refers to it");
}

Error damaged_object(const Digest& digest, const std::string& file) {
  return failure("object sha256:" + digest.brief() + " in " + quoted(file) + " is damaged",
                 "'mlo fsck --repair' sets it aside and fetches it again; or add the data again "
                 "where it still is");
}

ObjectStore::ObjectStore(Env& env, std::string path)
    : env_(&env), path_(std::move(path)), packs_(std::make_unique<PackSet>(path_ + "/packs")) {}
ObjectStore::ObjectStore(ObjectStore&&) noexcept = default;
ObjectStore::~ObjectStore() = default;

ObjectStore ObjectStore::open(Env& env, std::string path, OpenStore how) {
  std::optional<std::string> format = read_file_if_exists(path + "/format", 4096);
  if (!format && how == OpenStore::create) {
    create_store(env, path);
  } else if (!format) {
    throw failure("there is no store at " + quoted(path), "run 'mlo init'");
  } else {
    check_format(path, *format);
  }
  return ObjectStore(env, std::move(path));
}

std::string ObjectStore::inside(std::string_view relative) const {
  return path_ + "/" + std::string(relative);
}

FileLock ObjectStore::lock(LockKind kind) const {
  return FileLock::acquire(*env_, inside("lock"), kind, lock_timeout_, "store " + quoted(path_));
}

void ObjectStore::reload() const { packs_->reload(); }

std::optional<ObjectStat> ObjectStore::stat(const Digest& digest) const {
  // Twice: gc may have taken the pack away since the list was read.
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto found = packs_->find(digest);
    if (!found) break;
    if (auto pack = stat_of(found->pack->pack_file())) {
      return ObjectStat{digest, found->entry.size, Residence::pack, time_of(*pack)};
    }
    packs_->reload();
  }
  auto status = stat_of(inside(loose_name(digest)));
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  return ObjectStat{digest, static_cast<uint64_t>(status->st_size), Residence::loose,
                    time_of(*status)};
}

bool ObjectStore::packed_here(const Digest& digest) const {
  return packs_->find(digest).has_value();
}

uint64_t ObjectStore::size_of(const Digest& digest) const {
  auto found = stat(digest);
  if (!found) throw missing_object(digest);
  return found->size;
}

std::optional<std::string> ObjectStore::loose_path(const Digest& digest) const {
  std::string file = inside(loose_name(digest));
  if (!exists(file)) return std::nullopt;
  return file;
}

void ObjectStore::find_copy(
    const Digest& digest,
    const std::function<bool(const ObjectView&, const std::string&)>& take) const {
  std::string damaged;
  std::optional<Error> unreadable;
  auto offer = [&](const std::string& file, const auto& open) {
    ObjectView view;
    try {
      open(view);
    } catch (const Error& error) {
      // ENOENT: moved away since it was found.
      if (error.system_code() != ENOENT) unreadable = error;
      return false;
    }
    if (take(view, file)) return true;
    damaged = file;
    return false;
  };
  // Twice: gc may have repacked between the look-up and the opening.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (attempt > 0) packs_->reload();
    for (const PackSet::Found& found : packs_->find_all(digest)) {
      bool taken = offer(found.pack->pack_file(), [&](ObjectView& view) {
        view.mapping_ = found.pack->mapping();
        view.bytes_ = view.mapping_->bytes().subspan(found.entry.offset, found.entry.size);
      });
      if (taken) return;
    }
    std::string file = inside(loose_name(digest));
    bool taken = offer(file, [&](ObjectView& view) {
      view.mapping_ = std::make_shared<const MappedFile>(file);
      view.bytes_ = view.mapping_->bytes();
    });
    if (taken) return;
  }
  if (!damaged.empty()) throw damaged_object(digest, damaged);
  if (unreadable) throw *unreadable;
  throw missing_object(digest);
}

ObjectView ObjectStore::view(const Digest& digest) const {
  ObjectView sound;
  find_copy(digest, [&](const ObjectView& copy, const std::string&) {
    if (sha256(copy.bytes()) != digest) return false;
    sound = copy;
    return true;
  });
  return sound;
}

std::string ObjectStore::read(const Digest& digest, uint64_t limit) const {
  std::string bytes;
  find_copy(digest, [&](const ObjectView& copy, const std::string&) {
    if (copy.bytes().size() > limit) {
      throw failure("object sha256:" + digest.brief() + " is larger than " + human_size(limit));
    }
    if (sha256(copy.bytes()) != digest) return false;
    bytes = copy.text();
    return true;
  });
  return bytes;
}

std::string ObjectStore::head(const Digest& digest, size_t size) const {
  std::string bytes;
  find_copy(digest, [&](const ObjectView& copy, const std::string&) {
    bytes = copy.text().substr(0, size);
    return true;
  });
  return bytes;
}

void ObjectStore::copy_to(const Digest& digest, int fd) const {
  auto write_all = [fd](std::span<const std::byte> chunk) {
    while (!chunk.empty()) {
      ssize_t wrote = ::write(fd, chunk.data(), chunk.size());
      if (wrote < 0 && errno == EINTR) continue;
      if (wrote < 0) throw system_error("cannot write", errno);
      chunk = chunk.subspan(static_cast<size_t>(wrote));
    }
  };
  find_copy(digest, [&](const ObjectView& copy, const std::string& file) {
    std::span<const std::byte> rest = copy.bytes();
    if (rest.size() < kLooseSize) {
      if (sha256(rest) != digest) return false;
      write_all(rest);
      return true;
    }
    // Only loose objects are this large, and of those there is one: nothing is to be gained by
    // hashing all of it before the first byte is written.
    Sha256 hasher;
    while (!rest.empty()) {
      env_->check_cancelled();
      std::span<const std::byte> chunk = rest.first(std::min<size_t>(rest.size(), 1 << 20));
      hasher.update(chunk);
      rest = rest.subspan(chunk.size());
      write_all(chunk);
    }
    if (hasher.finish() != digest) throw damaged_object(digest, file);
    return true;
  });
}

std::vector<Digest> ObjectStore::resolve_prefix(std::string_view hex) const {
  std::vector<Digest> found;
  std::string low(hex.substr(0, 64));
  low.resize(64, '0');
  std::optional<Digest> least = parse_digest(low);
  if (!least || hex.size() > 64) return found;
  packs_->reload();
  for (const auto& pack : packs_->all()) {
    for (size_t i = pack->lower_bound(*least); i < pack->size(); ++i) {
      Digest digest = pack->entry(i).digest;
      if (!digest.hex().starts_with(hex)) break;
      found.push_back(digest);
    }
  }
  for_each_loose(path_, hex, [&](const std::string&, const Digest* digest) {
    if (digest != nullptr && digest->hex().starts_with(hex)) found.push_back(*digest);
  });
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void ObjectStore::for_each(const std::function<void(const ObjectStat&)>& visit) const {
  for (const auto& pack : packs_->all()) {
    auto status = stat_of(pack->pack_file());
    if (!status) continue;
    for (size_t i = 0; i < pack->size(); ++i) {
      PackEntry entry = pack->entry(i);
      visit({entry.digest, entry.size, Residence::pack, time_of(*status)});
    }
  }
  for_each_loose(path_, "", [&](const std::string& file, const Digest* digest) {
    auto status = digest != nullptr ? stat_of(file) : std::nullopt;
    if (!status || !S_ISREG(status->st_mode)) return;
    visit({*digest, static_cast<uint64_t>(status->st_size), Residence::loose, time_of(*status)});
  });
}

bool ObjectStore::freshen(const Digest& digest) {
  auto found = packs_->find(digest);
  std::string file = found ? found->pack->pack_file() : inside(loose_name(digest));
  return freshen_file(*env_, file);
}

bool freshen_file(Env& env, const std::string& file) {
  try {
    env.files.touch(file);
    return true;
  } catch (const Error& error) {
    int number = error.system_code();
    if (number == ENOENT) return false;
    if (number != EACCES && number != EPERM) throw;
    // Another user's. One that is fresh enough needs no touch; another is written anew.
    auto status = stat_of(file);
    return status && env.clock.now() - time_of(*status) < kFreshEnough;
  }
}

}  // namespace mlo::store
