#include "support/power.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/files.hpp"
#include "base/text.hpp"

namespace mlo::test {
namespace {

std::string proc(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

[[noreturn]] void fail(const std::string& what) {
  throw std::runtime_error("power model: " + what + ": errno " + std::to_string(errno));
}

std::string contents_of(int fd) { return read_file(proc(fd)); }

}  // namespace

std::shared_ptr<Power::Node> Power::node_of(int fd) {
  struct stat status;
  if (::fstat(fd, &status) != 0) fail("fstat");
  std::shared_ptr<Node>& node = nodes_[{status.st_dev, status.st_ino}];
  if (!node) {
    node = std::make_shared<Node>();
    node->mode = status.st_mode;
    // O_PATH suffices to hold the inode; contents are reached by way of /proc.
    node->fd = Descriptor(::fcntl(fd, F_DUPFD_CLOEXEC, 100));
    if (!node->fd) fail("dup");
  }
  return node;
}

std::shared_ptr<Power::Node> Power::node_at(const At& place) {
  Descriptor fd(::openat(place.dir, place.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd && errno == ENOENT) return nullptr;
  if (!fd) fail("open " + place.path);
  std::shared_ptr<Node> node = node_of(fd.get());
  if (S_ISLNK(node->mode) && node->link.empty()) {
    char target[4096];
    ssize_t size = ::readlinkat(place.dir, place.path.c_str(), target, sizeof target);
    if (size < 0) fail("readlink " + place.path);
    node->link.assign(target, static_cast<size_t>(size));
  }
  return node;
}

Power::Name Power::name_of(const At& place) {
  std::string path = place.path;
  while (path.size() > 1 && path.ends_with("/")) path.pop_back();
  std::string directory(parent_path(path));
  if (directory.empty()) directory = path.starts_with("/") ? "/" : ".";
  std::shared_ptr<Node> node = node_at({place.dir, directory});
  if (!node) fail("no directory " + directory);
  return {node, std::string(file_name(path))};
}

void Power::will_write(int fd) {
  std::shared_ptr<Node> node = node_of(fd);
  if (!node->contents && S_ISREG(node->mode)) node->contents = contents_of(fd);
}

void Power::will_write(const At& place) {
  std::shared_ptr<Node> node = node_at(place);
  if (!node->contents && S_ISREG(node->mode)) node->contents = contents_of(node->fd.get());
}

void Power::created_file(const At& place, int fd) {
  node_of(fd)->contents = "";
  Name name = name_of(place);
  name.directory->names.try_emplace(name.name, nullptr);
}

void Power::will_change(const At& place) {
  Name name = name_of(place);
  name.directory->names.try_emplace(name.name, node_at(place));
}

void Power::will_rename(const At& from, const At& to) {
  if (!exists(from)) return;
  will_change(from);
  will_change(to);
  if (is_directory(from)) moves_.emplace_back(name_of(from), name_of(to));
}

void Power::synced(int fd) {
  std::shared_ptr<Node> node = node_of(fd);
  node->contents.reset();
  node->names.clear();
  std::erase_if(moves_, [&](const std::pair<Name, Name>& move) {
    if (move.first.directory != node && move.second.directory != node) return false;
    move.first.directory->names.erase(move.first.name);
    move.second.directory->names.erase(move.second.name);
    return true;
  });
}

void Power::put_back(const std::shared_ptr<Node>& node, const std::string& path,
                     std::map<std::shared_ptr<Node>, std::string>& limbo) {
  auto waiting = limbo.find(node);
  if (waiting != limbo.end()) {
    if (::rename(waiting->second.c_str(), path.c_str()) != 0) fail("rename back " + path);
    limbo.erase(waiting);
    return;
  }
  if (S_ISLNK(node->mode)) {
    if (::symlink(node->link.c_str(), path.c_str()) != 0) fail("symlink back " + path);
  } else if (S_ISDIR(node->mode)) {
    if (::mkdir(path.c_str(), node->mode & 07777) != 0) fail("mkdir back " + path);
    for (const auto& [name, child] : node->names) {
      if (child) put_back(child, path + "/" + name, limbo);
    }
    node->names.clear();
  } else {
    Descriptor fd = posix_files().create(path, Create::exclusive, node->mode & 07777);
    posix_files().write(fd.get(), as_bytes(contents_of(node->fd.get())), path);
    struct stat status;
    ::fstat(node->fd.get(), &status);
    timespec times[2] = {status.st_atim, status.st_mtim};
    ::futimens(fd.get(), times);
  }
}

void Power::lose(Names names) {
  for (auto& [key, node] : nodes_) {
    if (!node->contents) continue;
    int fd = ::open(proc(node->fd.get()).c_str(), O_WRONLY | O_TRUNC | O_CLOEXEC);
    if (fd < 0) fail("reopen");
    Descriptor file(fd);
    posix_files().write(fd, as_bytes(*node->contents), "contents");
  }
  if (names == Names::stay) return;
  // First everything that changed out of the way, then the durable names back: two directories may
  // have exchanged a file.
  std::map<std::shared_ptr<Node>, std::string> limbo;
  std::vector<std::string> places;
  for (auto& [key, node] : nodes_) {
    struct stat status;
    if (node->names.empty() || ::fstat(node->fd.get(), &status) != 0 || status.st_nlink == 0) {
      continue;
    }
    std::string root = proc(node->fd.get());
    std::string place = root + "/.limbo-XXXXXX";
    if (::mkdtemp(place.data()) == nullptr) fail("mkdtemp");
    places.push_back(place);
    for (const auto& [name, durable] : node->names) {
      std::shared_ptr<Node> live = node_at(root + "/" + name);
      if (!live) continue;
      std::string aside = place + "/" + name;
      if (::rename((root + "/" + name).c_str(), aside.c_str()) != 0) fail("set aside " + name);
      limbo.emplace(live, aside);
    }
  }
  for (auto& [key, node] : nodes_) {
    struct stat status;
    if (::fstat(node->fd.get(), &status) != 0 || status.st_nlink == 0) continue;
    for (const auto& [name, durable] : std::exchange(node->names, {})) {
      if (durable) put_back(durable, proc(node->fd.get()) + "/" + name, limbo);
    }
  }
  for (const std::string& place : places) remove_tree(posix_files(), place);
}

}  // namespace mlo::test
