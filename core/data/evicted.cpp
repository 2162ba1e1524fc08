#include "data/evicted.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr std::string_view kMagic = "mlo-evicted 1\n";

/// Beside the stat index, and like it one for each work tree.
std::string file_of(const repo::Workspace& workspace) {
  const std::string path = workspace.stat_index_path();
  std::string_view index = file_name(path);
  index.remove_prefix(std::string_view("stat-index").size());
  return workspace.mlo_dir() + "/evicted" + std::string(index);
}

bool at_or_below(std::string_view path, std::string_view directory) {
  return path.starts_with(directory) &&
         (path.size() == directory.size() || path[directory.size()] == '/');
}

}  // namespace

std::set<std::string, std::less<>> parse_evicted(std::string_view text, const std::string& name) {
  if (!text.starts_with(kMagic) || (text.size() > kMagic.size() && text.back() != '\0')) {
    throw failure(quoted(name) + " is not a list of evicted paths",
                  "remove it: evicted files then show as deleted, and checkout brings them back");
  }
  text.remove_prefix(kMagic.size());
  std::set<std::string, std::less<>> paths;
  for (std::string_view path : split(text, '\0')) {
    if (!path.empty()) paths.emplace(path);
  }
  return paths;
}

std::string format_evicted(const std::set<std::string, std::less<>>& paths) {
  std::string text(kMagic);
  for (const std::string& path : paths) (text += path) += '\0';
  return text;
}

Evicted Evicted::load(const repo::Workspace& workspace) {
  Evicted evicted;
  std::string file = file_of(workspace);
  if (auto text = read_file_if_exists(file)) evicted.paths_ = parse_evicted(*text, file);
  return evicted;
}

bool Evicted::covers(std::string_view path) const {
  for (; !paths_.empty() && !path.empty(); path = parent_path(path)) {
    if (paths_.contains(path)) return true;
  }
  return false;
}

void Evicted::add(std::string_view path) {
  if (covers(path)) return;
  remove(path);
  paths_.emplace(path);
  changed_ = true;
}

void Evicted::remove(std::string_view path) {
  remove_if([&](const std::string& known) {
    return at_or_below(known, path) || at_or_below(path, known);
  });
}

void Evicted::remove_if(const std::function<bool(const std::string& path)>& gone) {
  changed_ = std::erase_if(paths_, gone) > 0 || changed_;
}

void Evicted::rename(const std::string& from, const std::string& to) {
  std::set<std::string, std::less<>> renamed;
  for (const std::string& path : paths_) {
    bool moved = at_or_below(path, from);
    renamed.insert(moved ? to + path.substr(from.size()) : path);
    changed_ = changed_ || moved;
  }
  paths_ = std::move(renamed);
}

void Evicted::save(Env& env, const repo::Workspace& workspace) {
  if (!changed_) return;
  write_file_atomically(env.files, file_of(workspace), format_evicted(paths_));
  changed_ = false;
}

}  // namespace mlo::data
