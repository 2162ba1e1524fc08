#include "data/merge_driver.hpp"

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

constexpr size_t kLargestPointer = 65536;

/// What one side holds: its text, and the pointer unless that cannot be read.
struct PointerSide {
  std::string text;
  std::optional<repo::Pointer> pointer;
};

bool has_markers(std::string_view text) {
  return text.starts_with("<<<<<<<") || text.find("\n<<<<<<<") != std::string_view::npos;
}

/// The base of a criss-cross merge may be a conflict of its own, which is as good as none.
PointerSide read_base(const std::string& file, const std::string& name) {
  PointerSide side{read_file(file, kLargestPointer), {}};
  if (!side.text.empty() && !has_markers(side.text)) {
    side.pointer = repo::parse_pointer(side.text, name);
  }
  return side;
}

std::string with_newline(std::string text) {
  if (!text.empty() && text.back() != '\n') text += '\n';
  return text;
}

std::string with_markers(const std::string& ours, const std::string& theirs, size_t size) {
  return std::string(size, '<') + " ours\n" + with_newline(ours) + std::string(size, '=') + "\n" +
         with_newline(theirs) + std::string(size, '>') + " theirs\n";
}

/// The workspace of a file that the merge perhaps is about to make.
repo::Workspace workspace_of(Env& env, const std::string& directory, std::string_view path) {
  std::string at = join_path(directory, parent_path(path));
  while (!is_directory(at)) at = parent_path(at);
  return repo::Workspace::open(env, at);
}

std::string fetch_hint(const std::string& path) {
  return "mlo fetch --rev MERGE_HEAD (in a rebase: REBASE_HEAD), then: git checkout -m -- '" +
         printable(path) + "'";
}

/// Both sides changed and both are trees: what they name must be here.
void require_trees(const store::ObjectStore& store, const PointerSide& base,
                   const PointerSide& ours, const PointerSide& theirs, const std::string& path) {
  const std::pair<const PointerSide*, const char*> sides[] = {
      {&base, "the base"}, {&ours, "ours"}, {&theirs, "theirs"}};
  for (const auto& [side, name] : sides) {
    if (!side->pointer || side->pointer->type != repo::Pointer::Type::tree) continue;
    if (store.contains(side->pointer->digest)) continue;
    throw failure("the store lacks the tree of " + std::string(name) + ", " +
                      side->pointer->digest.text().substr(0, 19),
                  fetch_hint(path));
  }
}

PointerMerge merge_sides(Env& env, const std::string& directory, const std::string& path,
                         const PointerSide& base, const PointerSide& ours,
                         const PointerSide& theirs) {
  // Most merges are decided here: without a store, and even without a workspace.
  if (auto merge = merge_without_trees(base.pointer, *ours.pointer, *theirs.pointer)) {
    return std::move(*merge);
  }
  repo::Workspace workspace = workspace_of(env, directory, path);
  require_trees(workspace.store(), base, ours, theirs, path);
  return merge_pointers(workspace.store_for_writing(), base.pointer, *ours.pointer,
                        *theirs.pointer);
}

std::string side_text(const char* name, const std::optional<store::TreeEntry>& entry) {
  std::string text = name;
  if (!entry) return text + " removed";
  if (entry->is_directory()) text += " directory";
  return text + " " + entry->digest.text().substr(0, 19) + " (" + human_size(entry->size) + ")";
}

}  // namespace

MergeDriverReport merge_driver(Env& env, const std::string& directory,
                               const MergeDriverOptions& options) {
  MergeDriverReport report;
  report.path = repo::pointed_path(options.path);
  if (report.path.empty()) throw usage(quoted(options.path) + " is not the name of a pointer");
  PointerSide base, ours{read_file(options.ours, kLargestPointer), {}};
  PointerSide theirs{read_file(options.theirs, kLargestPointer), {}};
  std::optional<repo::Pointer> merged;
  try {
    base = read_base(options.base, options.path + " (base)");
    ours.pointer = repo::parse_pointer(ours.text, options.path + " (ours)");
    theirs.pointer = repo::parse_pointer(theirs.text, options.path + " (theirs)");
    PointerMerge merge = merge_sides(env, directory, options.path, base, ours, theirs);
    report.conflicts = std::move(merge.conflicts);
    merged = merge.merged;
  } catch (const Error& error) {
    if (error.code() == Exit::interrupted) throw;
    report.problem = error.message();
    report.hint = error.hint();
  }
  report.merged = merged.has_value();
  write_file_atomically(env.files, options.ours,
                        merged ? repo::format_pointer(*merged)
                               : with_markers(ours.text, theirs.text, options.marker_size));
  return report;
}

repo::Pointer resolve_merge(Env& env, repo::Workspace& workspace, const std::string& path,
                            Favor favor) {
  if (!workspace.git()) throw usage("there is no git repository here, so no merge");
  std::string pointer = workspace.relative(path);
  if (repo::pointed_path(pointer).empty()) pointer = repo::pointer_path(pointer);
  auto stages = workspace.git()->conflict(workspace.git_path(pointer));
  if (!stages) throw usage("git has no conflict in " + quoted(pointer), "git status shows them");
  if (!stages->ours || !stages->theirs) {
    throw usage("one side removed " + quoted(pointer),
                "git add '" + printable(pointer) + "' keeps it, git rm removes it");
  }
  std::optional<repo::Pointer> base;
  if (stages->base && !has_markers(*stages->base))
    base = repo::parse_pointer(*stages->base, pointer);
  repo::WorkspaceLock lock = workspace.lock();
  PointerMerge merge = merge_pointers(
      workspace.store_for_writing(), base, repo::parse_pointer(*stages->ours, pointer + " (ours)"),
      repo::parse_pointer(*stages->theirs, pointer + " (theirs)"), favor);
  write_file_atomically(env.files, workspace.absolute(pointer),
                        repo::format_pointer(*merge.merged));
  return *merge.merged;
}

std::string describe(const MergeConflict& conflict) {
  if (!conflict.mapping.empty()) {
    return "the sides say different things under '" + conflict.mapping + ":' of the pointer";
  }
  return side_text("ours", conflict.ours) + ", " + side_text("theirs", conflict.theirs);
}

}  // namespace mlo::data
