#include "data/import_path.hpp"

#include <algorithm>
#include <filesystem>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/add_checks.hpp"
#include "data/import_publish.hpp"
#include "data/import_source.hpp"
#include "data/status.hpp"

namespace mlo::data {
namespace {

/// A directory as the pointer names it: relative to the workspace's root unless it was typed whole.
std::string url_for_pointer(const repo::Workspace& workspace, const std::string& typed,
                            const std::string& directory) {
  if (typed.starts_with('/')) return typed;
  const std::filesystem::path whole = normal_path(typed, directory);
  return whole.lexically_relative(workspace.root()).string();
}

ImportedPath report_of(const Tracked& now, const std::optional<repo::Pointer>& before) {
  const State state = !before                  ? State::added
                      : *before == now.pointer ? State::unchanged
                                               : State::updated;
  ImportedPath path{{now.path, state, now.pointer.digest, now.pointer.size, {}},
                    *now.pointer.source,
                    before && before->source ? repo::version_of(*before->source) : ""};
  return path;
}

void warn_of_executable(Env& env, const BroughtContent& content, const std::string& path) {
  if (!content.executable) return;
  env.reporter.warn(
      "the pointer of a single file does not keep its executable bit: import the directory of " +
      quoted(path) + " to keep it");
}

/// No error: an update that was killed before it wrote the files leaves this, and so does the user.
void note_if_different(Env& env, repo::Workspace& workspace, const std::string& path) {
  const StatusReport report = status(env, workspace, {.paths = {workspace.absolute(path)}});
  if (report.clean()) return;
  env.reporter.note("files of " + quoted(path) +
                    " are not what its pointer says: mlo data status shows them, mlo data checkout "
                    "brings them back");
}

std::string target_of(repo::Workspace& workspace, const ImportOptions& options) {
  std::string out = options.out;
  if (out.empty()) out = usual_name(options.asked);
  const std::string target = workspace.relative(out);
  check_trackable(workspace, target);
  if (auto above = enclosing_pointer(workspace, target)) {
    throw usage(quoted(target) + " lies inside " + quoted(above->path) + ", which is tracked");
  }
  repo::Git* git = workspace.git();
  if (git && git->is_tracked(workspace.git_path(target))) {
    throw usage("git tracks " + quoted(target), "-o OUT names another place");
  }
  const std::string whole = workspace.absolute(target);
  if (is_directory(whole)) {
    const auto inside = find_pointed_paths(workspace.store().env(), workspace, target);
    if (!inside.empty() && !pointer_for(workspace, target)) {
      throw usage(quoted(target) + " holds tracked data: " + quoted(inside[0]));
    }
  }
  return target;
}

}  // namespace

ImportReport import_path(Env& env, repo::Workspace& workspace, const ImportOptions& options) {
  const std::string directory = workspace.absolute(workspace.relative("."));
  const std::string target = target_of(workspace, options);
  const auto there = pointer_for(workspace, target);
  if (!there && !options.force && exists(workspace.absolute(target))) {
    throw usage(quoted(target) + " is there already",
                "-o OUT names another place, --force replaces it");
  }
  const auto from = open_import_source(env, options.asked, directory);
  repo::Source source = from->source();
  if (from->is_local()) source.url = url_for_pointer(workspace, options.asked.url, directory);
  if (there && !options.force &&
      !(there->pointer.source && same_place(*there->pointer.source, source))) {
    throw usage(quoted(target) + " is tracked already, and does not come from there",
                "-o OUT names another place, --force replaces it");
  }
  BroughtContent content = *from->bring(workspace.store_for_writing(), std::nullopt);
  content.pointer.source->url = source.url;
  warn_of_executable(env, content, target);
  const std::optional<repo::Pointer> before = there ? std::optional(there->pointer) : std::nullopt;
  const Tracked now{target, content.pointer};
  // Also where nothing changed: an import that was killed is completed.
  publish_imports(env, workspace, {{now, before}}, options.force, options.lock_timeout);
  return {{report_of(now, before)}};
}

namespace {

std::vector<Tracked> imported(Env& env, repo::Workspace& workspace, const UpdateOptions& options) {
  std::vector<Tracked> found;
  for (const Tracked& tracked : select(env, workspace, options.paths).pointers) {
    if (tracked.pointer.source) {
      found.push_back(tracked);
    } else if (!options.paths.empty()) {
      throw usage(quoted(tracked.path) + " was not imported, or was changed here since",
                  "mlo data import gives it a source");
    }
  }
  return found;
}

AskedPath question(const repo::Source& source, const UpdateOptions& options) {
  return {source.url, source.path, options.rev.empty() ? source.rev : options.rev};
}

}  // namespace

ImportReport update(Env& env, repo::Workspace& workspace, const UpdateOptions& options) {
  if (!options.rev.empty() && options.paths.empty()) {
    throw usage("--rev needs the paths that shall follow it", "mlo data update PATH --rev REV");
  }
  std::vector<NewImport> changed;
  std::vector<BroughtContent> contents;  // keep gc away until the pointers are there
  ImportReport report;
  for (const Tracked& tracked : imported(env, workspace, options)) {
    in_context("while updating " + quoted(tracked.path), [&] {
      const repo::Source& before = *tracked.pointer.source;
      const auto from = open_import_source(env, question(before, options), workspace.root());
      auto content = from->bring(workspace.store_for_writing(), before);
      Tracked now = tracked;
      if (content && content->pointer != tracked.pointer) {
        if (!options.force) refuse_local_changes(env, workspace, tracked.path);
        now.pointer = content->pointer;
        warn_of_executable(env, *content, tracked.path);
        contents.push_back(std::move(*content));
        changed.push_back({now, tracked.pointer});
      } else if (options.force) {
        changed.push_back(
            {tracked, tracked.pointer});  // its files are written anew where they differ
      } else {
        note_if_different(env, workspace, tracked.path);
      }
      report.paths.push_back(report_of(now, tracked.pointer));
    });
  }
  publish_imports(env, workspace, changed, options.force, options.lock_timeout);
  return report;
}

}  // namespace mlo::data
