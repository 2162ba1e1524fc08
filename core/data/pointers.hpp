// The pointer files of a workspace: finding them, reading them, and the paths that they claim.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "repo/pointer.hpp"
#include "repo/workspace.hpp"

namespace mlo::data {

struct CheckoutFilter;

/// A path and the pointer that names its content.
struct Tracked {
  std::string path;  ///< relative to the root, without ".mlo"
  repo::Pointer pointer;
};

/// All pointers of the work tree below `directory` (relative to the root), sorted by path. Looks into every
/// directory but `.git`, `.mlo`, tracked data, other workspaces and what the root's .mloignore names.
std::vector<Tracked> find_pointers(Env& env, repo::Workspace& workspace,
                                   const std::string& directory = "");
/// Whether a search looks into directories that .mloignore names; those of them that cannot be read
/// are then passed over.
enum class Ignored { skip, visit };
/// Only the paths, whatever their pointers hold.
std::vector<std::string> find_pointed_paths(Env& env, repo::Workspace& workspace,
                                            const std::string& directory = "",
                                            Ignored ignored = Ignored::skip);

/// What a command's PATH arguments name.
struct Selection {
  std::vector<Tracked> pointers;
  std::vector<std::string> prefixes;  ///< relative to the root; empty: everything
  bool wants(std::string_view path) const;
  /// wants(path), or something below it.
  bool touches(std::string_view path) const;
};
/// Every pointer that a path as typed names, contains or lies in; all when there are no paths. Throws
/// usage for a path that has nothing to do with any pointer, and for one inside a tracked directory
/// that is neither there nor in the stored tree. With a `filter`, what names nothing and looks like a
/// glob goes there, and the selection is what any of the paths may mean.
Selection select(Env& env, repo::Workspace& workspace, std::span<const std::string> paths,
                 CheckoutFilter* filter = nullptr);
/// The pointer for exactly this path.
std::optional<Tracked> pointer_for(repo::Workspace& workspace, const std::string& path);
/// The pointer of the nearest directory above `path`.
std::optional<Tracked> enclosing_pointer(repo::Workspace& workspace, const std::string& path);

/// Refuses a path whose parent directories contain a symbolic link: nothing is written beyond one.
void refuse_symlinked_parents(repo::Workspace& workspace, const std::string& path);

}  // namespace mlo::data
