#include "data/import_find.hpp"

#include <algorithm>
#include <iterator>
#include <map>

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
    found.source.kind = repo::Source::Kind::git;
    found.source.url = asked_.url;
    found.source.path = normal_path(asked_.path, "/").substr(1);
    found.source.rev = asked_.rev;
    found.source.commit = repository_.resolve(asked_.rev);
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
    const repo::GitEntry* entry = find(path);
    const bool directory = entry && entry->is_directory();
    // Outs of pipelines, and of .dvc files that are called or lie otherwise.
    if (nearest(path, ".dvc/config") && (!entry || directory)) {
      for (DvcOut& out : all_outs(commit)) {
        if (directory && out.path.starts_with(path + "/")) throw holds_outs(out);
        if (!entry && take_out(found, std::move(out), path)) return found;
      }
    }
    if (!entry) throw not_there(path, commit);
    found.entry = *entry;
    return found;
  }

 private:
  void ask(const std::string& commit, const std::string& path) {
    std::vector<std::string> names = {path};
    for (const std::string& above : with_parents(path)) {
      names.push_back(repo::pointer_path(above));
      names.push_back(above + ".dvc");
    }
    for (const std::string& above : directories_above(path)) {
      names.push_back(join_path(above, "mlo.yaml"));
      names.push_back(join_path(above, ".dvc/config"));
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

  bool find_out(FoundPath& found, const std::string& file, const std::string& path) {
    const std::string text = read(found, file, kMostDvcFile);
    for (DvcOut& out : parse_dvc_file(text, file)) {
      if (take_out(found, std::move(out), path)) return true;
    }
    return false;
  }

  /// Whether the out is the path, or a directory above it.
  bool take_out(FoundPath& found, DvcOut out, const std::string& path) {
    if (!out.in_cache || (out.path != path && !path.starts_with(out.path + "/"))) return false;
    if (!out.problem.empty()) {
      throw usage(quoted(out.path) + " of " + quoted(asked_.url) + " " + out.problem);
    }
    if (out.path != path) found.inner = path.substr(out.path.size() + 1);
    if (!found.inner.empty() && !out.is_directory) {
      throw usage(quoted(out.path) + " of " + quoted(asked_.url) + " is a file");
    }
    found.source.kind = repo::Source::Kind::dvc;
    found.dvc_root = nearest(out.file, ".dvc/config").value_or("");
    found.out = std::move(out);
    return true;
  }

  /// Of every .dvc and dvc.lock file of the commit. What cannot be read tracks nothing that is asked for.
  std::vector<DvcOut> all_outs(const std::string& commit) {
    std::map<std::string, std::string> texts = dvc_files(commit);
    std::vector<DvcOut> outs;
    for (const auto& [file, text] : texts) {
      try {
        std::vector<DvcOut> of_file;
        if (file.ends_with(".dvc")) {
          of_file = parse_dvc_file(text, file);
        } else if (file_name(file) == "dvc.lock") {
          const std::string yaml = join_path(parent_path(file), "dvc.yaml");
          const auto stages = texts.find(yaml);
          of_file = parse_dvc_lock(text, file,
                                   stages == texts.end() ? std::map<std::string, DvcStage>()
                                                         : parse_dvc_yaml(stages->second, yaml));
        }
        std::ranges::move(of_file, std::back_inserter(outs));
      } catch (const Error& error) {
        if (error.code() != Exit::failure) throw;
      }
    }
    std::erase_if(outs, [](const DvcOut& out) { return !out.in_cache; });
    return outs;
  }

  /// Their bytes, by path, in one request.
  std::map<std::string, std::string> dvc_files(const std::string& commit) {
    std::vector<std::string> names, ids;
    for (const repo::GitEntry& entry : repository_.list(commit)) {
      const std::string_view name = file_name(entry.path);
      const bool dvc =
          (name.ends_with(".dvc") && name != ".dvc") || name == "dvc.lock" || name == "dvc.yaml";
      if (!dvc || !entry.is_file()) continue;
      names.push_back(entry.path);
      ids.push_back(entry.id);
    }
    std::map<std::string, std::string> texts;
    std::string* text = nullptr;
    repository_.read_blobs(
        ids, {[&](size_t i, uint64_t size) {
                if (size > kMostDvcFile) {
                  throw failure(quoted(names[i]) + " of " + quoted(asked_.url) + " is too large");
                }
                text = &texts[names[i]];
              },
              [&](std::string_view bytes) { *text += bytes; }});
    return texts;
  }

  Error holds_outs(const DvcOut& out) const {
    return usage("the directory holds data that git does not: " + quoted(out.path) +
                     ", which DVC tracks by " + quoted(out.file),
                 "ask for the paths in it one by one");
  }

  Error not_there(const std::string& path, const std::string& commit) const {
    std::string hint = has(".dvc/config") ? "dvc list shows there what DVC tracks"
                                          : "mlo data list shows there what is tracked";
    const std::string& top = repository_.work_tree();
    const std::string lying = join_path(top, path);
    if (!top.empty() && (exists(lying) || exists(repo::pointer_path(lying)) ||
                         (exists(lying + ".dvc") && !has(path + ".dvc")))) {
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
