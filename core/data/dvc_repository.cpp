#include "data/dvc_repository.hpp"

#include <algorithm>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "data/scan.hpp"

namespace mlo::data {
namespace {

/// DVC writes some 150 bytes per out; a lock file of a million stages has 500 MB.
constexpr size_t kMostBytes = size_t{1} << 30;
constexpr std::string_view kNever[] = {".git", ".hg", ".dvc", ".mlo"};

bool says_something(std::string_view rules) {
  for (std::string_view line : split(rules, '\n')) {
    line = trimmed(line);
    if (!line.empty() && line[0] != '#') return true;
  }
  return false;
}

class Walk {
 public:
  Walk(Env& env, DvcRepository& repository) : env_(env), repository_(repository) {}

  void visit(const std::string& directory) {
    env_.check_cancelled();
    const ScanDirectory here =
        list_names(join_path(repository_.root, directory), directory.empty() ? "." : directory);
    auto has = [&](std::string_view name) { return here.find(name) != nullptr; };
    if (!directory.empty() && has(".dvc")) return;  // another repository
    if (has(".dvcignore")) read_rules(directory);
    for (const ScanEntry& entry : here.entries) {
      std::string name(here.name(entry)), path = join_path(directory, name);
      if (repository_.ignored.ignored(path, entry.is_directory())) continue;
      if (entry.is_directory()) {
        bool never = std::find(std::begin(kNever), std::end(kNever), name) != std::end(kNever);
        if (!never && !has(name + ".dvc")) visit(path);
      } else if (name == "dvc.lock" || (name.ends_with(".dvc") && name != ".dvc")) {
        read(path);
      }
    }
  }

 private:
  std::string text_of(const std::string& path) const {
    return read_file(join_path(repository_.root, path), kMostBytes);
  }

  void read_rules(const std::string& directory) {
    std::string text = text_of(join_path(directory, ".dvcignore"));
    if (!says_something(text)) return;
    repository_.ignored.add(text, directory);
    repository_.ignore_files.push_back(directory);
  }

  void read(const std::string& path) {
    try {
      std::vector<DvcOut> outs =
          path.ends_with(".dvc") ? parse_dvc_file(text_of(path), path) : read_lock(path);
      std::move(outs.begin(), outs.end(), std::back_inserter(repository_.outs));
    } catch (const Error& error) {
      if (error.code() != Exit::failure) throw;
      repository_.unreadable.push_back({path, error.message()});
    }
  }

  std::vector<DvcOut> read_lock(const std::string& path) {
    std::string yaml = join_path(parent_path(path), "dvc.yaml");
    auto text = read_file_if_exists(join_path(repository_.root, yaml), kMostBytes);
    // Only what such a file may say of directories and flags matters; many say nothing.
    bool matters =
        text &&
        (text->find("wdir") != std::string::npos || text->find("cache") != std::string::npos ||
         text->find("remote") != std::string::npos || text->find("push") != std::string::npos);
    return parse_dvc_lock(
        text_of(path), path,
        matters ? parse_dvc_yaml(*text, yaml) : std::map<std::string, DvcStage>());
  }

  Env& env_;
  DvcRepository& repository_;
};

}  // namespace

DvcRepository read_dvc_repository(Env& env, const std::string& root) {
  DvcRepository repository;
  repository.root = root;
  repository.config = read_dvc_config(env, root);
  Walk(env, repository).visit("");
  std::stable_sort(repository.outs.begin(), repository.outs.end(),
                   [](const DvcOut& a, const DvcOut& b) { return a.path < b.path; });
  return repository;
}

std::vector<std::string> dvc_object_names(const Md5Digest& md5, DvcHash hash, bool is_directory) {
  std::string hex = md5.hex();
  std::string legacy = hex.substr(0, 2) + "/" + hex.substr(2) + (is_directory ? ".dir" : "");
  std::string current = "files/md5/" + legacy;
  if (hash == DvcHash::md5) return {current, legacy};
  return {legacy, current};
}

}  // namespace mlo::data
