#include "data/checkout_stage.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/parallel.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr size_t kChunk = 512;

/// Removes the files that a checkout left in a directory of the work tree.
void remove_leftovers(FileSystem& files, const Beneath& beneath, const std::string& directory) {
  Descriptor fd = beneath.open(directory);
  for (const std::string& name : names_in("/proc/self/fd/" + std::to_string(fd.get()))) {
    if (is_checkout_leftover(name)) files.unlink({fd.get(), name});
  }
}

}  // namespace

std::string StageChunk::name(size_t i) const {
  // Beside the target numbers count through all chunks, which share directories.
  if (beside) return ".mlo-checkout-" + std::to_string(number * kChunk + (i - begin));
  return std::to_string(i - begin);
}

Stage::Stage(Env& env, repo::Workspace& workspace, const Beneath& beneath)
    : env_(env),
      workspace_(workspace),
      store_(workspace.store()),
      beneath_(beneath),
      staging_(workspace.mlo_dir() + "/checkout") {
  choose_links();
}

void Stage::choose_links() {
  links_ = workspace_.local().links;
  for (store::LinkKind kind : links_) {
    bool own = kind == store::LinkKind::reflink || kind == store::LinkKind::copy;
    if (own) own_links_.push_back(kind);
    if (!own && ::geteuid() == 0) {
      env_.reporter.warn("store.link " + std::string(store::link_name(kind)) +
                         ": root can write through it into the store");
    }
  }
  if (own_links_.empty()) own_links_ = {store::LinkKind::reflink, store::LinkKind::copy};
}

void Stage::clean() {
  auto places = read_file_if_exists(staging_ + "/elsewhere");
  for (std::string_view place : split(places.value_or(""), '\0')) {
    // The last piece is empty; a directory that is gone took the files with it.
    try {
      if (!place.empty()) remove_leftovers(env_.files, beneath_, std::string(place.substr(1)));
    } catch (const Error& error) {
      if (error.system_code() != ENOENT && error.system_code() != ENOTDIR) throw;
    }
  }
  remove_tree(env_.files, staging_);
}

void Stage::cut(const CheckoutDirectories& writes) {
  for (const auto& [path, directory] : writes) {
    for (size_t begin = 0; begin < directory.items.size(); begin += kChunk) {
      size_t end = std::min(directory.items.size(), begin + kChunk);
      chunks_.push_back({&path, &directory, begin, end, chunks_.size()});
    }
  }
}

/// Where the chunk's files wait: rename cannot cross file systems (a mounted data directory, say).
void Stage::place(StageChunk& chunk) {
  chunk.place = *chunk.path;
  for (;; chunk.place = parent_path(chunk.place)) {
    try {
      Descriptor directory = beneath_.open(chunk.place);
      auto status = stat_of({directory.get(), "."});
      chunk.beside = status && status->st_dev != device_;
      break;
    } catch (const Error&) {
      if (chunk.place.empty()) throw;  // not there yet, or a link or a file that will give way
    }
  }
  if (chunk.beside) elsewhere_.insert(chunk.place);
}

Descriptor Stage::open(const StageChunk& chunk) const {
  if (chunk.beside) return beneath_.open(chunk.place);
  return open_read(staging_ + "/" + std::to_string(chunk.number));
}

void Stage::write(const CheckoutDirectories& writes) {
  cut(writes);
  if (chunks_.empty()) return;
  make_directories(env_.files, staging_, 0700);
  if (auto status = stat_of(staging_)) device_ = status->st_dev;
  for (StageChunk& chunk : chunks_) place(chunk);
  if (!elsewhere_.empty()) {
    std::string list;
    for (const std::string& place : elsewhere_) ((list += '/') += place) += '\0';
    write_file_atomically(env_.files, staging_ + "/elsewhere", list);
    for (const std::string& place : elsewhere_) remove_leftovers(env_.files, beneath_, place);
  }
  uint64_t total = 0;
  for (const StageChunk& chunk : chunks_) total += chunk.end - chunk.begin;
  auto progress = env_.reporter.progress("checkout", total);
  std::atomic<uint64_t> done = 0;
  parallel_for(chunks_.size(), [&](size_t i) {
    write(chunks_[i]);
    progress->update(done += chunks_[i].end - chunks_[i].begin);
  });
}

void Stage::write(StageChunk& chunk) {
  if (!chunk.beside) {
    env_.files.make_directory(staging_ + "/" + std::to_string(chunk.number), 0700);
  }
  Descriptor directory = open(chunk);
  chunk.verified.resize(chunk.end - chunk.begin);
  for (size_t i = chunk.begin; i < chunk.end; ++i) {
    env_.check_cancelled();
    const CheckoutItem& item = chunk.directory->items[i];
    if (item.kind == Kind::directory) continue;
    try {
      chunk.verified[i - chunk.begin] = put(item, {directory.get(), chunk.name(i)});
    } catch (Error& error) {
      error.add_context("while writing " +
                        quoted(join_path(*chunk.path, chunk.directory->name(item))));
      throw;
    }
  }
}

/// True when the bytes were compared with the digest: a reflink or a hard link is the object, sound or
/// damaged, and is left for the next status to hash.
bool Stage::put(const CheckoutItem& item, const At& place) {
  if (item.kind == Kind::link) {
    std::string target = store_.read(item.digest, 65536);
    env_.files.symlink(target, place);
    return true;
  }
  bool executable = item.kind == Kind::executable;
  // A link shares the object's mode, so an executable file is always a file of its own.
  store::LinkKind used =
      store_.place(item.digest, place, executable ? 0777 : 0666, executable ? own_links_ : links_);
  ++used_[static_cast<size_t>(used)];
  // Objects in packs are always copied; that is no surprise worth a word.
  if (!executable && item.size >= store::kLooseSize && used != links_.front()) explain(used, place);
  return used == store::LinkKind::copy;
}

void Stage::explain(store::LinkKind used, const At& place) {
  std::lock_guard hold(note_mutex_);
  if (!note_.empty()) return;
  auto here = stat_of(place), store = stat_of(store_.path());
  bool apart = here && store && here->st_dev != store->st_dev;
  std::string how = used == store::LinkKind::copy      ? "copied"
                    : used == store::LinkKind::reflink ? "cloned"
                                                       : "linked";
  note_ = std::string(store::link_name(links_.front())) + ": " +
          (apart ? "the store lies on another file system" : "not supported by the file system") +
          "; " + how;
}

void Stage::remove() {
  for (const StageChunk& chunk : chunks_) {
    if (!chunk.beside) continue;
    Descriptor directory = open(chunk);
    for (size_t i = chunk.begin; i < chunk.end; ++i) {
      At staged{directory.get(), chunk.name(i)};
      if (exists(staged)) env_.files.unlink(staged);
    }
  }
  remove_tree(env_.files, staging_);
}

}  // namespace mlo::data
