#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <set>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/pack.hpp"

namespace mlo::store {
namespace {

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

int64_t change_time(const std::string& directory) {
  auto status = stat_of(directory);
  return status ? nanoseconds(status->st_mtim) : 0;
}

// Kernels stamp files with the time of the last tick (1 to 10 ms apart).
constexpr int64_t kTick = 50'000'000;

// One stat per pack: an index without its whole pack must not hide a sound copy elsewhere.
void check_pack_file(const Pack& pack) {
  auto status = stat_of(pack.pack_file());
  if (status && static_cast<uint64_t>(status->st_size) == pack.pack_size()) return;
  // gc moves the index first: if it is gone, too, nothing is wrong.
  if (!exists(pack.index_file())) throw system_error("no pack " + pack.name(), ENOENT);
  throw failure("pack file " + quoted(pack.pack_file()) +
                    (status ? " is damaged: its size is not that of its index" : " is missing"),
                "run 'mlo fsck'");
}

}  // namespace

std::shared_ptr<const PackSet::Loaded> PackSet::load(const Loaded* before) const {
  auto loaded = std::make_shared<Loaded>();
  loaded->directory_time = change_time(directory_);
  loaded->settled = system_clock().now() - loaded->directory_time > kTick;
  for (const std::string& file : names_in(directory_)) {
    if (!file.ends_with(".idx")) continue;
    std::string name = file.substr(0, file.size() - 4);
    if (before != nullptr) {
      auto known = std::find_if(before->packs.begin(), before->packs.end(),
                                [&](const auto& pack) { return pack->name() == name; });
      if (known != before->packs.end()) {
        loaded->packs.push_back(*known);
        continue;
      }
    }
    try {
      auto pack = std::make_shared<const Pack>(directory_, name);
      check_pack_file(*pack);
      loaded->packs.push_back(std::move(pack));
    } catch (const Error& error) {
      // Removed by gc since the directory was read: simply gone.
      if (error.system_code() != ENOENT) loaded->broken.push_back({name, error.message()});
    }
  }
  return loaded;
}

std::shared_ptr<const PackSet::Loaded> PackSet::loaded() const {
  std::lock_guard hold(mutex_);
  if (!loaded_) loaded_ = load(nullptr);
  return loaded_;
}

bool PackSet::changed(const Loaded& loaded) const {
  return !loaded.settled || change_time(directory_) != loaded.directory_time;
}

std::optional<PackSet::Found> PackSet::find(const Digest& digest, bool look_again) const {
  std::shared_ptr<const Loaded> current = loaded();
  for (;;) {
    for (const auto& pack : current->packs) {
      if (auto entry = pack->find(digest)) return Found{pack, *entry};
    }
    if (!look_again || !changed(*current)) return std::nullopt;
    look_again = false;
    std::lock_guard hold(mutex_);
    loaded_ = load(current.get());
    current = loaded_;
  }
}

std::vector<PackSet::Found> PackSet::find_all(const Digest& digest) const {
  std::vector<Found> found;
  const std::shared_ptr<const Loaded> current = loaded();  // another thread may reload meanwhile
  for (const auto& pack : current->packs) {
    if (auto entry = pack->find(digest)) found.push_back({pack, *entry});
  }
  return found;
}

std::vector<std::shared_ptr<const Pack>> PackSet::all() const { return loaded()->packs; }
std::vector<PackSet::Broken> PackSet::broken() const { return loaded()->broken; }

void PackSet::reload() const {
  std::lock_guard hold(mutex_);
  loaded_ = load(nullptr);
}

}  // namespace mlo::store
