#include "store/sharing.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::store {
namespace {

constexpr mode_t kMark = S_ISGID | S_IRWXG;

bool is_marked(const struct stat& status) { return (status.st_mode & kMark) == kMark; }

void mark(Env& env, const std::string& directory) {
  auto status = stat_of(directory);
  if (!status || !S_ISDIR(status->st_mode) || is_marked(*status)) return;
  if (status->st_uid != ::geteuid()) return;
  env.files.change_mode(directory, (status->st_mode & 07777) | kMark);
}

}  // namespace

void share_with_group(Env& env, const std::string& path) {
  auto root = stat_of(path);
  if (!root || is_marked(*root)) return;
  if (root->st_uid != ::geteuid()) {
    throw failure("store " + quoted(path) + " belongs to another user and is not shared",
                  "its owner has to set store.shared: group and run mlo once");
  }
  for (const char* name : {"loose", "packs", "tmp", "trash", "leases", "workspaces", "bad"}) {
    std::string directory = path + "/" + name;
    for (const std::string& below : names_in(directory)) mark(env, directory + "/" + below);
    mark(env, directory);
  }
  for (const char* name : {"format", "lock"}) {
    auto status = stat_of(path + "/" + name);
    if (!status || status->st_uid != ::geteuid()) continue;
    env.files.change_mode(path + "/" + name, (status->st_mode & 07777) | S_IRGRP);
  }
  // Last: whoever sees this mark finds all the others.
  mark(env, path);
}

void make_store_directory(Env& env, const std::string& path) {
  if (is_directory(path)) return;
  std::string parent(parent_path(path));
  make_store_directory(env, parent);
  try {
    env.files.make_directory(path, 0777);
  } catch (const Error& error) {
    // Another process was faster, and it marks what it makes.
    if (error.system_code() == EEXIST) return;
    throw;
  }
  auto above = stat_of(parent);
  if (above && is_marked(*above)) mark(env, path);
}

void open_to_group(Env& env, const std::string& file) {
  auto directory = stat_of(std::string(parent_path(file)));
  if (!directory || !is_marked(*directory)) return;
  auto status = stat_of(file);
  if (!status || (status->st_mode & S_IRGRP) != 0 || status->st_uid != ::geteuid()) return;
  env.files.change_mode(file, (status->st_mode & 07777) | S_IRGRP);
}

}  // namespace mlo::store
