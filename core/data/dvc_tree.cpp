#include "data/dvc_tree.hpp"

#include <algorithm>
#include <functional>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "repo/pointer.hpp"

namespace mlo::data {
namespace {

struct Place {
  size_t depth = 0;  ///< 0: the root
  std::string path;
  auto operator<=>(const Place&) const = default;
};
/// Deepest first: a directory is written before the one that holds it.
using Directories = std::map<Place, std::vector<store::TreeEntry>, std::greater<>>;

Place place_of(std::string path) {
  if (path.empty()) return {};
  auto depth = static_cast<size_t>(std::ranges::count(path, '/')) + 1;
  return {depth, std::move(path)};
}

/// The directory of that name and, where it is new, all above it.
std::vector<store::TreeEntry>& entries_of(Directories& directories, const std::string& path) {
  auto [at, added] = directories.try_emplace(place_of(path));
  if (added && !path.empty()) entries_of(directories, std::string(parent_path(path)));
  return at->second;
}

int rank(char c) { return c == '/' ? 0 : static_cast<unsigned char>(c) + 1; }

/// In the order of path bytes where '/' comes first, a directory's files follow it at once.
bool by_parts(std::string_view a, std::string_view b) {
  return std::ranges::lexicographical_compare(a, b, {}, rank, rank);
}

}  // namespace

std::optional<std::string> bad_listed_name(const std::string& path) {
  for (std::string_view part : split(path, '/')) {
    if (auto bad = store::bad_tree_name(part))
      return quoted(path) + ": " + quoted(part) + " " + *bad;
  }
  return std::nullopt;
}

std::optional<std::string> conflict_of(std::vector<std::string_view> paths) {
  std::ranges::sort(paths, by_parts);
  for (size_t i = 1; i < paths.size(); ++i) {
    const std::string_view before = paths[i - 1], path = paths[i];
    if (path == before) return "two files " + quoted(path);
    if (path.starts_with(before) && path[before.size()] == '/') {
      return quoted(before) + " is a file and a directory";
    }
  }
  return std::nullopt;
}

void check_listing(std::vector<std::string_view> paths, const std::string& from) {
  auto refuse = [&](const std::string& why) {
    throw usage("a tracked directory cannot hold what " + from + " has: " + why);
  };
  for (std::string_view path : paths) {
    if (auto bad = bad_listed_name(std::string(path))) refuse(*bad);
    if (!repo::pointed_path(file_name(path)).empty()) refuse(quoted(path) + " is a pointer");
    if (file_name(path) == ".mloignore") refuse(quoted(path) + " would hide files from mlo");
  }
  if (auto conflict = conflict_of(std::move(paths))) refuse(*conflict);
}

store::TreeEntry write_listed_tree(const std::vector<ListedFile>& files, store::Batch& batch) {
  Directories directories;
  entries_of(directories, "");
  for (const ListedFile& file : files) {
    entries_of(directories, std::string(parent_path(file.path)))
        .push_back({file.mode, file.digest, file.size, 1, std::string(file_name(file.path))});
  }
  for (auto& [place, entries] : directories) {
    if (place.depth == 0) break;  // the last one
    store::TreeEntry tree = store::write_tree(batch, std::move(entries));
    tree.name = file_name(place.path);
    directories.at(place_of(std::string(parent_path(place.path)))).push_back(std::move(tree));
  }
  return store::write_tree(batch, std::move(directories.at({})));
}

}  // namespace mlo::data
