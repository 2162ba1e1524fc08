#include "data/listing.hpp"

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/text.hpp"

namespace mlo::data {
namespace {

struct DirectoryStream {
  DIR* stream;
  ~DirectoryStream() { ::closedir(stream); }
};

Descriptor open_directory(const std::string& path, const std::string& shown) {
  int fd = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
  if (fd < 0) throw system_error("cannot open " + quoted(shown), errno);
  return Descriptor(fd);
}

Problem problem_of(mode_t mode) {
  if (S_ISSOCK(mode)) return Problem::socket;
  if (S_ISFIFO(mode)) return Problem::pipe;
  return Problem::device;
}

bool is_directory_entry(int directory, const struct dirent& found) {
  if (found.d_type != DT_UNKNOWN) return found.d_type == DT_DIR;
  struct stat status {};
  return ::fstatat(directory, found.d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
         S_ISDIR(status.st_mode);
}

}  // namespace

uint8_t checked_name_size(std::string_view name) {
  if (name.size() > store::kLongestName) {
    throw failure("the name " + quoted(name.substr(0, 40)) + "... is longer than 255 bytes");
  }
  return static_cast<uint8_t>(name.size());
}

uint32_t ScanEntry::mode() const {
  static constexpr std::array<uint32_t, 4> kModes = {store::kFileMode, store::kExecutableMode,
                                                     store::kSymlinkMode, store::kDirectoryMode};
  return kModes[static_cast<size_t>(kind)];
}

std::string ScanDirectory::path_of(const ScanEntry& entry) const {
  return join_path(path, name(entry));
}

ScanEntry& ScanDirectory::append(std::string_view name) {
  ScanEntry& entry = entries.emplace_back();
  entry.name_begin = static_cast<uint32_t>(names.size());
  entry.name_size = checked_name_size(name);
  names += name;
  return entry;
}

const ScanEntry* ScanDirectory::find(std::string_view wanted) const {
  auto place = std::lower_bound(
      entries.begin(), entries.end(), wanted,
      [&](const ScanEntry& entry, std::string_view other) { return name(entry) < other; });
  return place != entries.end() && name(*place) == wanted ? &*place : nullptr;
}

std::string problem_text(Problem problem, std::string_view name) {
  switch (problem) {
    case Problem::socket:
      return "is a socket";
    case Problem::pipe:
      return "is a named pipe";
    case Problem::device:
      return "is a device";
    case Problem::bad_name:
      return store::bad_tree_name(name).value_or("has a name that cannot be stored");
    case Problem::unreadable:
      return "cannot be read: Permission denied";
    case Problem::none:
      break;
  }
  return "";
}

Error unsupported(const std::string& path, const std::string& problem) {
  return failure(quoted(path) + " " + problem + " and cannot be stored",
                 "remove it, or name it in .mloignore");
}

bool is_checkout_leftover(std::string_view name) {
  constexpr std::string_view kPrefix = ".mlo-checkout-";
  if (!name.starts_with(kPrefix) || name.size() == kPrefix.size()) return false;
  name.remove_prefix(kPrefix.size());
  return name.find_first_not_of("0123456789") == std::string_view::npos;
}

ScanDirectory list_names(const std::string& place, const std::string& shown) {
  DIR* raw = ::fdopendir(open_directory(place, shown).release());
  if (!raw) throw system_error("cannot read " + quoted(shown), errno);
  DirectoryStream stream{raw};
  ScanDirectory directory;
  directory.path = shown;
  for (;;) {
    errno = 0;
    const struct dirent* found = ::readdir(raw);
    if (!found) break;
    std::string_view name = found->d_name;
    if (name == "." || name == ".." || is_checkout_leftover(name)) continue;
    ScanEntry& entry = directory.append(name);
    if (is_directory_entry(::dirfd(raw), *found)) entry.kind = Kind::directory;
  }
  if (errno != 0) throw system_error("cannot read " + quoted(shown), errno);
  std::sort(directory.entries.begin(), directory.entries.end(),
            [&](const ScanEntry& a, const ScanEntry& b) {
              return directory.name(a) < directory.name(b);
            });
  return directory;
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

std::optional<Digest> linked_object(const std::string& target, const std::string& store_path) {
  std::string prefix = store_path + "/loose/";
  if (!target.starts_with(prefix)) return std::nullopt;
  std::string hex = target.substr(prefix.size());
  std::erase(hex, '/');
  return parse_digest(hex);
}

Lister::Lister(repo::Workspace& workspace, const repo::StatIndex& index, const std::string& path)
    : workspace_(workspace), index_(index), store_path_(workspace.store_path()) {
  if (path.empty()) return;  // obey() reads that of the root
  read_rules("");
  for (size_t slash = path.find('/'); slash != std::string::npos;
       slash = path.find('/', slash + 1)) {
    read_rules(path.substr(0, slash));
  }
}

void Lister::read_rules(const std::string& directory) {
  auto text = read_file_if_exists(workspace_.absolute(join_path(directory, ".mloignore")));
  if (text) rules_.add(*text, directory);
}

ScanDirectory Lister::list(const std::string& path) const {
  ScanDirectory directory = list_names(workspace_.absolute(path), path);
  for (ScanEntry& entry : directory.entries) {
    if (!store::bad_tree_name(directory.name(entry))) continue;
    entry.problem = Problem::bad_name;
    entry.kind = Kind::file;
  }
  return directory;
}

void Lister::obey(ScanDirectory& directory) {
  if (directory.find(".mloignore")) read_rules(directory.path);
  if (rules_.empty() && !directory.ignored) return;
  for (ScanEntry& entry : directory.entries) {
    entry.ignored =
        directory.ignored || rules_.ignored(directory.path_of(entry), entry.is_directory());
  }
}

void Lister::look(ScanDirectory& directory, size_t begin, size_t end) const {
  Descriptor fd = open_directory(workspace_.absolute(directory.path), directory.path);
  repo::StatIndex::Cursor cursor(index_);
  std::string path = directory.path.empty() ? "" : directory.path + "/";
  const size_t above = path.size();
  for (size_t i = begin; i < end; ++i) {
    ScanEntry& entry = directory.entries[i];
    if (entry.is_directory() || !entry.usable()) continue;
    path.resize(above);
    path += directory.name(entry);
    struct stat status;
    if (::fstatat(fd.get(), path.c_str() + above, &status, AT_SYMLINK_NOFOLLOW) != 0) {
      if (errno != ENOENT) throw system_error("cannot look at " + quoted(path), errno);
      entry.gone = true;
      continue;
    }
    settle(entry, status, {fd.get(), path.substr(above)}, path, cursor);
  }
}

std::optional<ScanEntry> Lister::look_at(const std::string& path) const {
  std::string place = workspace_.absolute(path);
  auto status = stat_of(place);
  if (!status) return std::nullopt;
  ScanEntry entry;
  repo::StatIndex::Cursor cursor(index_);
  settle(entry, *status, place, path, cursor);
  return entry;
}

void Lister::settle(ScanEntry& entry, const struct stat& status, const At& place,
                    std::string_view path, repo::StatIndex::Cursor& cursor) const {
  entry.key = repo::stat_key(status);
  entry.size = entry.key.size;
  entry.shared = status.st_nlink > 1;
  if (S_ISDIR(status.st_mode)) {
    entry.kind = Kind::directory;
  } else if (S_ISLNK(status.st_mode)) {
    settle_link(entry, place, path, cursor);
  } else if (S_ISREG(status.st_mode)) {
    entry.kind = status.st_mode & S_IXUSR ? Kind::executable : Kind::file;
    if (auto digest = cursor.find(path, entry.key)) {
      entry.digest = *digest;
      entry.known = true;
    }
  } else {
    entry.problem = problem_of(status.st_mode);
  }
}

/// A link that checkout made to a stored object stands for the object's content as it is now:
/// somebody may have written through the link. Its entry in the index holds the object's stat.
void Lister::settle_link(ScanEntry& entry, const At& place, std::string_view path,
                         repo::StatIndex::Cursor& cursor) const {
  std::string target = link_target(place);
  auto object = linked_object(target, store_path_) ? stat_of(target) : std::nullopt;
  if (object && S_ISREG(object->st_mode)) {
    entry.stored = true;
    entry.size = static_cast<uint64_t>(object->st_size);
    if (auto digest = cursor.find(path, repo::stat_key(*object))) {
      entry.digest = *digest;
      entry.known = true;
    }
    return;
  }
  entry.kind = Kind::link;
  entry.digest = sha256(target);
  entry.known = true;
  entry.size = target.size();
}

}  // namespace mlo::data
