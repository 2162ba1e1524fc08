// What the user took out of the work tree to free space (data evict), so that status does not call it
// deleted. `.mlo/evicted` (`.mlo/evicted.<name>` for a linked git work tree), replaced atomically and
// durably; without it evicted files merely show as deleted.
//
//    0  14  "mlo-evicted 1\n"
//    ..     paths relative to the workspace root, sorted, NUL after each; a directory stands for
//           everything below it
#pragma once

#include <functional>
#include <set>
#include <string>
#include <string_view>

#include "repo/workspace.hpp"

namespace mlo::data {

class Evicted {
 public:
  /// Throws when the file is damaged or newer. Nothing there reads as empty.
  static Evicted load(const repo::Workspace& workspace);
  bool empty() const { return paths_.empty(); }
  /// `path` or a directory above it was evicted.
  bool covers(std::string_view path) const;
  /// Adding a directory takes the place of what lies below it.
  void add(std::string_view path);
  /// Forgets everything at and below `path`, and a directory above it.
  void remove(std::string_view path);
  /// Forgets every path that `gone` is true for.
  void remove_if(const std::function<bool(const std::string& path)>& gone);
  void rename(const std::string& from, const std::string& to);
  /// Writes the file if something changed. The caller holds the workspace's lock.
  void save(Env& env, const repo::Workspace& workspace);
  const std::set<std::string, std::less<>>& paths() const { return paths_; }

 private:
  std::set<std::string, std::less<>> paths_;
  bool changed_ = false;
};

/// The paths in the text of the file, which `name` is in messages.
std::set<std::string, std::less<>> parse_evicted(std::string_view text, const std::string& name);
std::string format_evicted(const std::set<std::string, std::less<>>& paths);

}  // namespace mlo::data
