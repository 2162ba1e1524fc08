#include "data/publish.hpp"

#include <map>

#include "base/text.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

void write_if_different(Env& env, const std::string& file, const std::string& text) {
  if (read_file_if_exists(file) != text) return write_file_atomically(env.files, file, text);
  sync_recent_names(env.files, std::string(parent_path(file)));
}

/// What git tracks already it commits whatever it ignores; asking for those alone keeps the cost of
/// adding again from growing with the number of .gitignore lines times that of pointers.
void warn_if_ignored(Env& env, repo::Workspace& workspace, const std::string& pointer) {
  repo::Git* git = workspace.git();
  if (!git) return;
  const std::string path = workspace.git_path(pointer);
  if (git->is_tracked(path) || !git->is_ignored(path)) return;
  env.reporter.warn("git ignores " + quoted(pointer) +
                    ": a rule in .gitignore keeps the pointer from being committed");
}

/// The lines of one directory's .gitignore, durably.
void publish_ignore_lines(Env& env, repo::Workspace& workspace, std::string_view directory,
                          std::span<const std::string> names) {
  std::string file = workspace.absolute(join_path(directory, ".gitignore"));
  std::string text = read_file_if_exists(file).value_or("");
  write_if_different(env, file, repo::with_ignore_lines(text, names));
}

}  // namespace

void publish_ignore_line(Env& env, repo::Workspace& workspace, const std::string& path) {
  const std::string name(file_name(path));
  publish_ignore_lines(env, workspace, parent_path(path), std::span(&name, 1));
}

void publish_pointers(Env& env, repo::Workspace& workspace, std::span<const Tracked> pointers) {
  std::map<std::string_view, std::vector<std::string>> names;  // by directory
  for (const Tracked& tracked : pointers) {
    std::string pointer = repo::pointer_path(tracked.path);
    write_if_different(env, workspace.absolute(pointer), repo::format_pointer(tracked.pointer));
    // Before our own lines are there: they hide no pointer, and each would be matched with each.
    warn_if_ignored(env, workspace, pointer);
    names[parent_path(tracked.path)].emplace_back(file_name(tracked.path));
  }
  for (const auto& [directory, in_it] : names) {
    publish_ignore_lines(env, workspace, directory, in_it);
  }
}

}  // namespace mlo::data
