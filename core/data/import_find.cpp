#include "data/import_find.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::data {
namespace {

/// From the top of the repository, whatever is typed ("./a//b/").
std::string clean_path(const std::string& typed, const std::string& prefix) {
  const std::string path = normal_path(typed, "/").substr(1);
  if (typed.starts_with('/') || path.empty() || !is_utf8(path)) {
    throw usage(quoted(typed) + " is no path inside a repository",
                "name a file or directory of it, relative to its top");
  }
  return join_path(prefix, path);
}

/// The path and all directories above it, the nearest first, without the top.
std::vector<std::string> with_parents(const std::string& path) {
  std::vector<std::string> paths;
  for (std::string_view at = path; !at.empty(); at = parent_path(at)) paths.emplace_back(at);
  return paths;
}

class Finder {
 public:
  Finder(repo::OtherRepository& repository, const AskedPath& asked)
      : repository_(repository), asked_(asked) {}

  FoundPath run() {
    const std::string path = clean_path(asked_.path, repository_.prefix());
    FoundPath found;
    found.source = {repo::Source::Kind::git, asked_.url, normal_path(asked_.path, "/").substr(1),
                    asked_.rev, repository_.resolve(asked_.rev), ""};
    const std::string& commit = found.source.commit;
    repository_.fetch(commit, asked_.rev);
    ask(commit, path);
    for (const std::string& above : with_parents(path)) {
      if (!has(repo::pointer_path(above))) continue;
      read_pointer(found, above, path);
      return found;
    }
    const repo::GitEntry* entry = find(path);
    if (!entry) throw not_there(path, commit);
    found.entry = *entry;
    return found;
  }

 private:
  void ask(const std::string& commit, const std::string& path) {
    std::vector<std::string> names = {path, "mlo.yaml"};
    for (const std::string& above : with_parents(path)) {
      names.push_back(repo::pointer_path(above));
      if (above != path) names.push_back(above + "/mlo.yaml");
    }
    entries_ = repository_.find(commit, names);
  }

  const repo::GitEntry* find(const std::string& path) const {
    auto found = std::ranges::find(entries_, path, &repo::GitEntry::path);
    return found == entries_.end() ? nullptr : &*found;
  }
  bool has(const std::string& path) const { return find(path) != nullptr; }

  void read_pointer(FoundPath& found, const std::string& tracked, const std::string& path) {
    found.source.kind = repo::Source::Kind::mlo;
    found.pointer_file = repo::pointer_path(tracked);
    const auto text =
        repository_.read(found.source.commit, found.pointer_file, repo::kPointerLimit);
    if (!text) {
      throw failure(quoted(found.pointer_file) + " of " + quoted(asked_.url) + " is no file");
    }
    found.pointer = repo::parse_pointer(*text, found.pointer_file);
    if (tracked != path) {
      found.inner = path.substr(tracked.size() + 1);
      if (found.pointer.type != repo::Pointer::Type::tree) {
        throw usage(quoted(tracked) + " of " + quoted(asked_.url) + " is a file");
      }
    }
    for (std::string above(parent_path(tracked));; above = parent_path(above)) {
      if (has(join_path(above, "mlo.yaml"))) {
        found.has_config = true;
        found.workspace = above;
        return;
      }
      if (above.empty()) return;
    }
  }

  Error not_there(const std::string& path, const std::string& commit) const {
    std::string hint = "mlo data list shows there what is tracked";
    const std::string& top = repository_.work_tree();
    if (!top.empty() && (exists(join_path(top, path)) ||
                         exists(join_path(top, repo::pointer_path(path))))) {
      hint = "it lies there, but is not committed: git add and git commit it there, or its pointer";
    }
    return usage("there is no " + quoted(asked_.path) + " in " + quoted(asked_.url) +
                     " at commit " + commit.substr(0, 12),
                 hint);
  }

  repo::OtherRepository& repository_;
  const AskedPath& asked_;
  std::vector<repo::GitEntry> entries_;
};

}  // namespace

FoundPath find_path(repo::OtherRepository& repository, const AskedPath& asked) {
  return Finder(repository, asked).run();
}

}  // namespace mlo::data
