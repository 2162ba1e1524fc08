#include "data/pointers.hpp"

#include <algorithm>
#include <cerrno>
#include <set>
#include <utility>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/checkout_filter.hpp"
#include "data/scan.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

struct Place {
  std::string directory;
  bool ignored = false;  ///< it or a directory above
};

struct Listing {
  std::vector<Place> directories;
  std::vector<std::string> pointed;
};

ScanDirectory entries_of(const repo::Workspace& workspace, const Place& place) {
  try {
    return list_names(workspace.absolute(place.directory), place.directory);
  } catch (const Error& error) {
    // Gone since it was listed, or ignored and closed to us: holds no pointer of ours.
    const bool gone = error.system_code() == ENOENT && !place.directory.empty();
    if (!gone && (!place.ignored || error.system_code() != EACCES)) throw;
    return {};
  }
}

/// One directory: its pointers and the directories worth looking into.
Listing look_into(repo::Workspace& workspace, const Place& place, const repo::IgnoreRules& rules,
                  bool start) {
  Listing listing;
  const std::string& directory = place.directory;
  const ScanDirectory here = entries_of(workspace, place);
  std::set<std::string, std::less<>> pointed;
  for (const ScanEntry& entry : here.entries) {
    std::string_view name = here.name(entry);
    if (!start && name == "mlo.yaml") return {};  // another workspace
    if (!entry.is_directory()) pointed.insert(repo::pointed_path(name));
  }
  pointed.erase("");
  for (const std::string& name : pointed) listing.pointed.push_back(join_path(directory, name));
  for (const ScanEntry& entry : here.entries) {
    std::string_view name = here.name(entry);
    if (!entry.is_directory() || pointed.contains(name)) continue;
    std::string path = join_path(directory, name);
    if (store::bad_tree_name(name)) continue;
    bool ignored = place.ignored || rules.ignored(path, true);
    listing.directories.push_back({std::move(path), ignored});
  }
  return listing;
}

}  // namespace

std::optional<Tracked> pointer_for(repo::Workspace& workspace, const std::string& path) {
  if (path.empty()) return std::nullopt;
  std::string file = repo::pointer_path(path);
  auto status = stat_of(workspace.absolute(file));
  if (!status || !S_ISREG(status->st_mode)) return std::nullopt;
  return Tracked{
      path, repo::parse_pointer(read_file(workspace.absolute(file), repo::kPointerLimit), file)};
}

std::optional<Tracked> enclosing_pointer(repo::Workspace& workspace, const std::string& path) {
  for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above)) {
    if (auto found = pointer_for(workspace, std::string(above))) return found;
  }
  return std::nullopt;
}

std::vector<std::string> find_pointed_paths(Env& env, repo::Workspace& workspace,
                                            const std::string& directory, Ignored ignored) {
  repo::IgnoreRules rules;
  if (auto text = read_file_if_exists(workspace.absolute(".mloignore"))) rules.add(*text, "");
  std::vector<Place> level = {{directory}};
  std::vector<std::string> paths;
  for (bool start = true; !level.empty(); start = false) {
    std::vector<Listing> listings(level.size());
    parallel_for(level.size(), [&](size_t i) {
      env.check_cancelled();
      listings[i] = look_into(workspace, level[i], rules, start);
    });
    level.clear();
    for (Listing& listing : listings) {
      for (Place& place : listing.directories) {
        if (!place.ignored || ignored == Ignored::visit) level.push_back(std::move(place));
      }
      std::move(listing.pointed.begin(), listing.pointed.end(), std::back_inserter(paths));
    }
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

std::vector<Tracked> find_pointers(Env& env, repo::Workspace& workspace,
                                   const std::string& directory) {
  std::vector<Tracked> pointers;
  for (const std::string& path : find_pointed_paths(env, workspace, directory)) {
    if (auto found = pointer_for(workspace, path)) pointers.push_back(std::move(*found));
  }
  return pointers;
}

bool Selection::wants(std::string_view path) const {
  return prefixes.empty() ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
           return prefix.empty() || relative_to(path, prefix).has_value();
         });
}

bool Selection::touches(std::string_view path) const {
  return wants(path) ||
         std::any_of(prefixes.begin(), prefixes.end(), [&](const std::string& prefix) {
           return relative_to(prefix, path).has_value();
         });
}

namespace {

/// Refuses what is a spelling mistake rather than a path of this tracked directory.
void check_inside(repo::Workspace& workspace, const Tracked& above, const std::string& path,
                  const std::string& typed) {
  if (exists(workspace.absolute(path))) return;
  if (above.pointer.type == repo::Pointer::Type::tree) {
    store::ObjectStore& store = workspace.store();
    if (!store.contains(above.pointer.digest)) return;  // nobody knows until it was fetched
    std::string inside = path.substr(above.path.size() + 1);
    if (store::find_in_tree(store, above.pointer.digest, inside)) return;
  }
  throw usage("there is no " + quoted(typed) + " in " + quoted(above.path),
              "mlo data list -r '" + printable(above.path) + "' shows what it holds");
}

/// Appends the pointers that one path has to do with; false where there is none.
bool select_path(Env& env, repo::Workspace& workspace, const std::string& path,
                 const std::string& typed, std::vector<Tracked>& found) {
  if (auto exact = pointer_for(workspace, path)) {
    found.push_back(*exact);
  } else if (auto above = enclosing_pointer(workspace, path)) {
    check_inside(workspace, *above, path, typed);
    found.push_back(*above);
  } else if (is_directory(workspace.absolute(path))) {
    for (Tracked& below : find_pointers(env, workspace, path)) found.push_back(std::move(below));
  } else {
    return false;
  }
  return true;
}

bool names_something(repo::Workspace& workspace, const std::string& path) {
  return exists(workspace.absolute(path)) || pointer_for(workspace, path);
}

}  // namespace

Selection select(Env& env, repo::Workspace& workspace, std::span<const std::string> paths,
                 CheckoutFilter* filter) {
  Selection selection;
  std::vector<Tracked>& found = selection.pointers;
  bool globs = false;
  for (const std::string& typed : paths) {
    std::string path = workspace.relative(typed);
    if (std::string pointed = repo::pointed_path(path); !pointed.empty()) path = pointed;
    if (filter && is_glob(typed) && !names_something(workspace, path)) {
      globs = true;
      filter->only.push_back("/" + path);
      continue;
    }
    if (!select_path(env, workspace, path, typed, found)) {
      throw usage("mlo does not track " + quoted(typed), "mlo data list shows what it tracks");
    }
    selection.prefixes.push_back(path);
  }
  if (globs) filter->paths = std::exchange(selection.prefixes, {});
  if (globs || paths.empty()) found = find_pointers(env, workspace);
  auto by_path = [](const Tracked& a, const Tracked& b) { return a.path < b.path; };
  auto same_path = [](const Tracked& a, const Tracked& b) { return a.path == b.path; };
  std::sort(found.begin(), found.end(), by_path);
  found.erase(std::unique(found.begin(), found.end(), same_path), found.end());
  return selection;
}

void refuse_symlinked_parents(repo::Workspace& workspace, const std::string& path) {
  for (std::string_view above = parent_path(path); !above.empty(); above = parent_path(above)) {
    auto status = stat_of(workspace.absolute(above));
    if (status && S_ISLNK(status->st_mode)) {
      throw usage(quoted(path) + " lies beyond the symbolic link " + quoted(above),
                  "track the directory that the link points to, from its own workspace");
    }
  }
}

}  // namespace mlo::data
