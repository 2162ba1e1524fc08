#include "store/trash.hpp"

#include <algorithm>
#include <ctime>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "store/gc.hpp"
#include "store/sharing.hpp"

namespace mlo::store {
namespace {

constexpr const char* kIdTime = "%Y%m%dT%H%M%SZ";
constexpr size_t kIdTimeSize = 16;

std::string new_id(Time now) {
  time_t seconds = now / kSecond;
  tm parts;
  ::gmtime_r(&seconds, &parts);
  char text[32];
  std::strftime(text, sizeof text, kIdTime, &parts);
  return std::string(text) + "-" + random_hex(6);
}

uint64_t bytes_below(const std::string& path) {
  auto status = stat_of(path);
  if (!status) return 0;
  if (!S_ISDIR(status->st_mode)) return static_cast<uint64_t>(status->st_size);
  uint64_t total = 0;
  for (const std::string& name : names_in(path)) total += bytes_below(path + "/" + name);
  return total;
}

void restore_file(Env& env, const std::string& from, const std::string& to) {
  make_store_directory(env, std::string(parent_path(to)));
  env.files.rename(from, to);
  // Wanted again: the next gc leaves it alone for the grace period.
  freshen_file(env, to);
}

// Packs before their indexes; an index whose pack is nowhere stays in the trash.
uint64_t restore_packs(Env& env, const ObjectStore& store, const std::string& directory) {
  uint64_t restored = 0;
  std::vector<std::string> names = names_in(directory);
  std::stable_partition(names.begin(), names.end(),
                        [](const std::string& name) { return name.ends_with(".pack"); });
  for (const std::string& name : names) {
    std::string target = store.inside("packs/" + name);
    if (name.ends_with(".idx") && !exists(target.substr(0, target.size() - 4) + ".pack")) continue;
    if (name.ends_with(".idx")) sync_directory(env.files, store.inside("packs"));
    restore_file(env, directory + "/" + name, target);
    ++restored;
  }
  return restored;
}

}  // namespace

Trash::Trash(Env& env, const ObjectStore& store, std::string area)
    : env_(env), store_(store), area_(std::move(area)), id_(new_id(env.clock.now())) {}

void Trash::take(const std::string& relative) {
  std::string directory(parent_path(relative));
  std::string target = store_.inside(area_ + "/" + id_ + "/" + directory);
  auto place = std::lower_bound(directories_.begin(), directories_.end(), directory);
  if (place == directories_.end() || *place != directory) {
    make_store_directory(env_, target);
    directories_.insert(place, directory);
  }
  used_ = true;
  env_.files.rename(store_.inside(relative), target + "/" + std::string(file_name(relative)));
}

void Trash::sync() {
  if (!used_) return;
  std::string root = store_.inside(area_ + "/" + id_);
  for (const std::string& directory : directories_) {
    sync_directory(env_.files, root + "/" + directory);
  }
  for (const char* parent : {"/loose", "/packs"}) {
    if (exists(root + parent)) sync_directory(env_.files, root + parent);
  }
  sync_directory(env_.files, root);
  sync_directory(env_.files, store_.inside(area_));
  sync_directory(env_.files, store_.path());
  for (const std::string& directory : directories_) {
    sync_directory(env_.files, store_.inside(directory));
  }
}

std::optional<Time> trash_time(std::string_view id) {
  if (id.size() < kIdTimeSize) return std::nullopt;
  std::string text(id.substr(0, kIdTimeSize));
  tm parts{};
  const char* end = ::strptime(text.c_str(), kIdTime, &parts);
  if (end == nullptr || *end != '\0') return std::nullopt;
  return int64_t{::timegm(&parts)} * kSecond;
}

uint64_t delete_trash(Env& env, const ObjectStore& store, const std::string& id) {
  std::string path = store.inside("trash/" + id);
  uint64_t bytes = bytes_below(path);
  remove_tree(env.files, path);
  return bytes;
}

uint64_t delete_leftovers(Env& env, const ObjectStore& store) {
  uint64_t bytes = 0;
  for (const std::string& name : names_in(store.inside("tmp"))) {
    bytes += bytes_below(store.inside("tmp/" + name));
    remove_tree(env.files, store.inside("tmp/" + name));
  }
  return bytes;
}

std::vector<std::string> list_trash(const ObjectStore& store) {
  std::vector<std::string> ids;
  for (const std::string& name : names_in(store.inside("trash"))) {
    if (trash_time(name)) ids.push_back(name);
  }
  return ids;
}

UndoReport undo_gc(Env& env, ObjectStore& store, const std::string& trash_id) {
  FileLock hold = store.lock(LockKind::exclusive);
  std::vector<std::string> ids = list_trash(store);
  UndoReport report{trash_id, 0};
  if (trash_id.empty() && !ids.empty()) report.trash_id = ids.back();
  if (std::find(ids.begin(), ids.end(), report.trash_id) == ids.end()) {
    if (trash_id.empty()) throw failure("the trash of the store is empty: nothing to undo");
    throw failure("there is no trash " + quoted(trash_id), suggestion(trash_id, ids));
  }
  std::string root = store.inside("trash/" + report.trash_id);
  for (const std::string& directory : names_in(root + "/loose")) {
    std::string from = root + "/loose/" + directory;
    for (const std::string& name : names_in(from)) {
      restore_file(env, from + "/" + name, store.inside("loose/" + directory + "/" + name));
      ++report.files;
    }
    sync_directory(env.files, store.inside("loose/" + directory));
  }
  report.files += restore_packs(env, store, root + "/packs");
  for (const char* parent : {"loose", "packs"}) sync_directory(env.files, store.inside(parent));
  remove_tree(env.files, root);
  store.reload();
  return report;
}

}  // namespace mlo::store
