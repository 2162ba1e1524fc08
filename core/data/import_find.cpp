#include "data/import_find.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mlo::data {
namespace {

/// A lock file of a hundred thousand outs.
constexpr uint64_t kMostDvcFile = uint64_t{64} << 20;

/// From the top of the repository, whatever is typed ("./a//b/").
std::string clean_path(const std::string& typed, const std::string& prefix) {
  const std::string path = normal_path(typed, "/").substr(1);
  if (typed.starts_with('/') || path.empty() || !is_utf8(path)) {
    throw no_inner_path(typed);
  }
  return join_path(prefix, path);
}

/// The path and all directories above it, the nearest first, without the top.
std::vector<std::string> with_parents(const std::string& path) {
  std::vector<std::string> paths;
  for (std::string_view at = path; !at.empty(); at = parent_path(at)) paths.emplace_back(at);
  return paths;
}

/// The directories that the path lies in, the nearest first, the top ("") last.
std::vector<std::string> directories_above(const std::string& path) {
  std::vector<std::string> above = with_parents(std::string(parent_path(path)));
  above.emplace_back();
  return above;
}

class Finder {
 public:
  Finder(repo::OtherRepository& repository, const AskedPath& asked)
      : repository_(repository), asked_(asked) {}

  FoundPath run() {
    const std::string path = clean_path(asked_.path, repository_.prefix());
    FoundPath found;
    found.source = {repo::Source::Kind::git,
                    asked_.url,
                    normal_path(asked_.path, "/").substr(1),
                    asked_.rev,
                    repository_.resolve(asked_.rev),
                    ""};
    const std::string& commit = found.source.commit;
    repository_.fetch(commit, asked_.rev);
    ask(commit, path);
    for (const std::string& above : with_parents(path)) {
      if (has(repo::pointer_path(above))) {
        read_pointer(found, above, path);
        return found;
      }
      if (has(above + ".dvc") && find_out(found, above + ".dvc", path)) return found;
    }
    if (const repo::GitEntry* entry = find(path)) {
      found.entry = *entry;
      return found;
    }
    for (const std::string& above : directories_above(path)) {
      const std::string lock = join_path(above, "dvc.lock");
      if (has(lock) && find_out(found, lock, path)) return found;
    }
    throw not_there(path, commit);
  }

 private:
  void ask(const std::string& commit, const std::string& path) {
    std::vector<std::string> names = {path};
    for (const std::string& above : with_parents(path)) {
      names.push_back(repo::pointer_path(above));
      names.push_back(above + ".dvc");
    }
    for (const std::string& above : directories_above(path)) {
      for (const char* name : {"mlo.yaml", "dvc.lock", ".dvc/config"}) {
        names.push_back(join_path(above, name));
      }
    }
    entries_ = repository_.find(commit, names);
  }

  std::string read(const FoundPath& found, const std::string& file, uint64_t limit) {
    auto text = repository_.read(found.source.commit, file, limit);
    if (!text) throw failure(quoted(file) + " of " + quoted(asked_.url) + " is no file");
    return std::move(*text);
  }

  const repo::GitEntry* find(const std::string& path) const {
    auto found = std::ranges::find(entries_, path, &repo::GitEntry::path);
    return found == entries_.end() ? nullptr : &*found;
  }
  bool has(const std::string& path) const { return find(path) != nullptr; }

  void read_pointer(FoundPath& found, const std::string& tracked, const std::string& path) {
    found.source.kind = repo::Source::Kind::mlo;
    found.pointer_file = repo::pointer_path(tracked);
    const std::string text = read(found, found.pointer_file, repo::kPointerLimit);
    found.pointer = repo::parse_pointer(text, found.pointer_file);
    if (tracked != path) {
      found.inner = path.substr(tracked.size() + 1);
      if (found.pointer.type != repo::Pointer::Type::tree) {
        throw usage(quoted(tracked) + " of " + quoted(asked_.url) + " is a file");
      }
    }
    if (auto root = nearest(tracked, "mlo.yaml")) {
      found.has_config = true;
      found.workspace = *root;
    }
  }

  /// The nearest directory above the path that has the file.
  std::optional<std::string> nearest(const std::string& path, const char* file) const {
    for (const std::string& above : directories_above(path)) {
      if (has(join_path(above, file))) return above;
    }
    return std::nullopt;
  }

  /// Whether one of DVC's files tracks the path, or a directory above it.
  bool find_out(FoundPath& found, const std::string& file, const std::string& path) {
    for (DvcOut& out : read_outs(found, file)) {
      if (!out.in_cache || (out.path != path && !path.starts_with(out.path + "/"))) continue;
      if (!out.problem.empty()) {
        throw usage(quoted(out.path) + " of " + quoted(asked_.url) + " " + out.problem);
      }
      if (out.path != path) found.inner = path.substr(out.path.size() + 1);
      if (!found.inner.empty() && !out.is_directory) {
        throw usage(quoted(out.path) + " of " + quoted(asked_.url) + " is a file");
      }
      found.source.kind = repo::Source::Kind::dvc;
      found.dvc_root = nearest(file, ".dvc/config").value_or("");
      found.out = std::move(out);
      return true;
    }
    return false;
  }

  std::vector<DvcOut> read_outs(const FoundPath& found, const std::string& file) {
    const std::string text = read(found, file, kMostDvcFile);
    if (file.ends_with(".dvc")) return parse_dvc_file(text, file);
    const std::string yaml = join_path(parent_path(file), "dvc.yaml");
    const auto stages = repository_.read(found.source.commit, yaml, kMostDvcFile);
    std::map<std::string, DvcStage> known;
    if (stages) known = parse_dvc_yaml(*stages, yaml);
    return parse_dvc_lock(text, file, known);
  }

  Error not_there(const std::string& path, const std::string& commit) const {
    std::string hint = has(".dvc/config") ? "dvc list shows there what DVC tracks"
                                          : "mlo data list shows there what is tracked";
    const std::string& top = repository_.work_tree();
    const std::string lying = join_path(top, path);
    if (!top.empty() &&
        (exists(lying) || exists(repo::pointer_path(lying)) || exists(lying + ".dvc"))) {
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

Error no_inner_path(const std::string& typed) {
  return usage(quoted(typed) + " is no path inside a repository",
               "name a file or directory of it, relative to its top");
}

FoundPath find_path(repo::OtherRepository& repository, const AskedPath& asked) {
  return Finder(repository, asked).run();
}

}  // namespace mlo::data
