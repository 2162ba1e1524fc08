#include "data/scan.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <mutex>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

constexpr size_t kChunk = 512;

struct DirectoryStream {
  DIR* stream;
  ~DirectoryStream() { ::closedir(stream); }
};

Descriptor open_directory(const std::string& path, const std::string& shown) {
  int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) throw system_error("cannot open " + quoted(shown), errno);
  return Descriptor(fd);
}

const char* kind_of(mode_t mode) {
  if (S_ISSOCK(mode)) return "is a socket";
  if (S_ISFIFO(mode)) return "is a named pipe";
  return "is a device";
}

/// Settles an entry from its stat. `target`: the object that a store.link symlink points at.
void settle(ScanEntry& entry, const struct stat& status) {
  entry.key = repo::stat_key(status);
  entry.size = entry.key.size;
  entry.links = status.st_nlink;
  if (S_ISREG(status.st_mode)) {
    entry.mode = status.st_mode & S_IXUSR ? store::kExecutableMode : store::kFileMode;
  } else if (S_ISLNK(status.st_mode)) {
    entry.mode = store::kSymlinkMode;
  } else {
    entry.problem = kind_of(status.st_mode);
  }
}

/// A link that checkout made to a stored object stands for that object.
void settle_link(ScanEntry& entry, const std::string& target, const std::string& store_path) {
  std::string prefix = store_path + "/loose/";
  if (target.starts_with(prefix)) {
    std::string hex = target.substr(prefix.size());
    std::erase(hex, '/');
    auto status = stat_of(target);
    if (auto digest = parse_digest(hex); digest && status) {
      entry.mode = store::kFileMode;
      entry.digest = digest;
      entry.size = static_cast<uint64_t>(status->st_size);
      return;
    }
  }
  entry.digest = sha256(target);
  entry.size = target.size();
}

struct Chunk {
  size_t directory, begin, end;
};

class Scanner {
 public:
  Scanner(Env& env, repo::Workspace& workspace, const repo::StatIndex& index)
      : env_(env), workspace_(workspace), index_(index), store_path_(workspace.store_path()) {}

  Scan scan(const std::string& path) {
    read_outer_rules(path);
    scan_.directories.push_back({path, {}});
    for (size_t level = 0; level < scan_.directories.size();) {
      size_t end = scan_.directories.size();
      list_level(level, end);
      append_children(level, end);
      level = end;
    }
    stat_files();
    return std::move(scan_);
  }

 private:
  void read_outer_rules(const std::string& path) {
    read_rules("");
    for (size_t slash = path.find('/'); slash != std::string::npos;
         slash = path.find('/', slash + 1)) {
      read_rules(path.substr(0, slash));
    }
  }
  void read_rules(const std::string& directory) {
    auto text = read_file_if_exists(workspace_.absolute(join_path(directory, ".mloignore")));
    if (text) rules_.add(*text, directory);
  }

  void list_level(size_t begin, size_t end) {
    parallel_for(end - begin, [&](size_t i) {
      env_.check_cancelled();
      ScanDirectory& directory = scan_.directories[begin + i];
      directory.entries = list_entries(workspace_.absolute(directory.path), directory.path);
    });
  }

  void append_children(size_t begin, size_t end) {
    for (size_t i = begin; i < end; ++i) {
      auto has_rules = [](const ScanEntry& entry) { return entry.name == ".mloignore"; };
      ScanDirectory& directory = scan_.directories[i];
      if (std::any_of(directory.entries.begin(), directory.entries.end(), has_rules)) {
        read_rules(directory.path);
      }
    }
    for (size_t i = begin; i < end; ++i) {
      std::string path = scan_.directories[i].path;
      std::vector<ScanEntry> entries = std::move(scan_.directories[i].entries);
      if (!rules_.empty()) {
        std::erase_if(entries, [&](const ScanEntry& entry) {
          return rules_.ignored(join_path(path, entry.name), entry.is_directory());
        });
      }
      for (ScanEntry& entry : entries) {
        if (auto bad = store::bad_tree_name(entry.name)) {
          entry.problem = *bad;
          entry.mode = store::kFileMode;
        } else if (entry.is_directory()) {
          entry.directory = scan_.directories.size();
          scan_.directories.push_back({join_path(path, entry.name), {}});
        }
      }
      scan_.directories[i].entries = std::move(entries);
    }
  }

  void stat_files() {
    std::vector<Chunk> chunks;
    for (size_t i = 0; i < scan_.directories.size(); ++i) {
      size_t count = scan_.directories[i].entries.size();
      for (size_t at = 0; at < count; at += kChunk) {
        chunks.push_back({i, at, std::min(count, at + kChunk)});
      }
    }
    parallel_for(chunks.size(), [&](size_t i) { stat_chunk(chunks[i]); });
  }

  void stat_chunk(const Chunk& chunk) {
    env_.check_cancelled();
    ScanDirectory& directory = scan_.directories[chunk.directory];
    Descriptor fd = open_directory(workspace_.absolute(directory.path), directory.path);
    repo::StatIndex::Cursor cursor(index_);
    std::string path = directory.path + "/";
    for (size_t i = chunk.begin; i < chunk.end; ++i) {
      ScanEntry& entry = directory.entries[i];
      if (entry.is_directory() || !entry.problem.empty()) continue;
      path.resize(directory.path.size() + 1);
      path += entry.name;
      struct stat status;
      if (::fstatat(fd.get(), entry.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
        throw system_error("cannot look at " + quoted(path), errno);
      }
      settle(entry, status);
      if (entry.mode == store::kSymlinkMode) {
        settle_link(entry, link_target({fd.get(), entry.name}), store_path_);
      } else if (entry.problem.empty()) {
        entry.digest = cursor.find(path, entry.key);
      }
    }
  }

  Env& env_;
  repo::Workspace& workspace_;
  const repo::StatIndex& index_;
  std::string store_path_;
  repo::IgnoreRules rules_;
  Scan scan_;
};

}  // namespace

std::vector<ScanEntry> list_entries(const std::string& path, const std::string& shown) {
  DIR* raw = ::fdopendir(open_directory(path, shown).release());
  if (!raw) throw system_error("cannot read " + quoted(shown), errno);
  DirectoryStream directory{raw};
  std::vector<ScanEntry> entries;
  for (;;) {
    errno = 0;
    const struct dirent* found = ::readdir(raw);
    if (!found) break;
    std::string_view name = found->d_name;
    if (name == "." || name == "..") continue;
    ScanEntry& entry = entries.emplace_back();
    entry.name = name;
    entry.mode = found->d_type == DT_DIR ? store::kDirectoryMode : store::kFileMode;
    if (found->d_type == DT_UNKNOWN) {
      struct stat status {};
      if (::fstatat(::dirfd(raw), found->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
          S_ISDIR(status.st_mode)) {
        entry.mode = store::kDirectoryMode;
      }
    }
  }
  if (errno != 0) throw system_error("cannot read " + quoted(shown), errno);
  std::sort(entries.begin(), entries.end(),
            [](const ScanEntry& a, const ScanEntry& b) { return a.name < b.name; });
  return entries;
}

bool Scan::problems() const {
  for (const ScanDirectory& directory : directories) {
    for (const ScanEntry& entry : directory.entries) {
      if (!entry.problem.empty()) return true;
    }
  }
  return false;
}

Error unsupported(const std::string& path, const std::string& problem) {
  return failure(quoted(path) + " " + problem + " and cannot be stored",
                 "remove it, or name it in .mloignore");
}

std::string link_target(const At& place) {
  std::string target(256, '\0');
  for (;;) {
    ssize_t length = ::readlinkat(place.dir, place.path.c_str(), target.data(), target.size());
    if (length < 0) throw system_error("cannot read the link " + quoted(place.path), errno);
    if (static_cast<size_t>(length) < target.size()) {
      target.resize(static_cast<size_t>(length));
      return target;
    }
    target.resize(target.size() * 2);
  }
}

Scan scan_directory(Env& env, repo::Workspace& workspace, const std::string& path,
                    const repo::StatIndex& index) {
  return Scanner(env, workspace, index).scan(path);
}

std::optional<ScanEntry> scan_file(repo::Workspace& workspace, const std::string& path,
                                   const repo::StatIndex& index) {
  std::string place = workspace.absolute(path);
  auto status = stat_of(place);
  if (!status) return std::nullopt;
  ScanEntry entry;
  entry.name = file_name(path);
  if (S_ISDIR(status->st_mode)) {
    entry.mode = store::kDirectoryMode;
    return entry;
  }
  settle(entry, *status);
  if (entry.mode == store::kSymlinkMode) {
    settle_link(entry, link_target(place), workspace.store_path());
  } else if (entry.problem.empty()) {
    entry.digest = index.find(path, entry.key);
  }
  return entry;
}

}  // namespace mlo::data
