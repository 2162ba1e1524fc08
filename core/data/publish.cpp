#include "data/publish.hpp"

#include "base/text.hpp"
#include "repo/ignore_rules.hpp"

namespace mlo::data {
namespace {

void write_if_different(Env& env, const std::string& file, const std::string& text) {
  if (read_file_if_exists(file) != text) return write_file_atomically(env.files, file, text);
  sync_recent_names(env.files, std::string(parent_path(file)));
}

void warn_if_ignored(Env& env, repo::Workspace& workspace, const std::string& pointer) {
  repo::Git* git = workspace.git();
  if (!git || !git->is_ignored(workspace.git_path(pointer))) return;
  env.reporter.warn("git ignores " + quoted(pointer) +
                    ": a rule in .gitignore keeps the pointer from being committed");
}

}  // namespace

void publish_ignore_line(Env& env, repo::Workspace& workspace, const std::string& path) {
  std::string file = workspace.absolute(join_path(parent_path(path), ".gitignore"));
  std::string text = read_file_if_exists(file).value_or("");
  write_if_different(env, file, repo::with_ignore_line(text, file_name(path)));
}

void publish_pointers(Env& env, repo::Workspace& workspace, std::span<const Tracked> pointers) {
  for (const Tracked& tracked : pointers) {
    std::string pointer = repo::pointer_path(tracked.path);
    write_if_different(env, workspace.absolute(pointer), repo::format_pointer(tracked.pointer));
  }
  for (const Tracked& tracked : pointers) {
    publish_ignore_line(env, workspace, tracked.path);
    warn_if_ignored(env, workspace, repo::pointer_path(tracked.path));
  }
}

}  // namespace mlo::data
