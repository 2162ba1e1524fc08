#include "data/lfs_import.hpp"

#include <algorithm>
#include <atomic>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/add_checks.hpp"
#include "data/lfs_pointer.hpp"
#include "data/link_in.hpp"
#include "data/pointers.hpp"
#include "data/publish.hpp"

namespace mlo::data {
namespace {

struct LfsFile {
  std::string path;  ///< relative to the workspace
  LfsPointer pointer;
  bool executable = false;
  std::string problem;
  bool missing = false;
};

class LfsImporter {
 public:
  LfsImporter(Env& env, repo::Workspace& workspace, const LfsImportOptions& options)
      : env_(env),
        workspace_(workspace),
        options_(options),
        git_(git_of(workspace)),
        objects_(objects_directory()),
        batch_(workspace.store_for_writing()) {}

  LfsImportReport run() {
    find_files();
    parallel_for(files_.size(), [&](size_t i) { take(files_[i]); });
    const auto hold = batch_.commit();
    publish();
    report_.linked = linked_;
    report_.objects = batch_.objects();
    report_.bytes = batch_.bytes();
    return std::move(report_);
  }

 private:
  static repo::Git& git_of(repo::Workspace& workspace) {
    repo::Git* git = workspace.git();
    if (!git) throw usage("there is no git repository here, so no git-lfs");
    return *git;
  }

  std::string objects_directory() {
    std::string storage = git_.setting("lfs.storage").value_or("lfs");
    return normal_path(storage, git_.common_dir()) + "/objects";
  }

  void find_files() {
    std::vector<std::string> wanted;
    for (const std::string& typed : options_.paths) wanted.push_back(workspace_.relative(typed));
    std::vector<bool> used(wanted.size(), false);
    std::string top = workspace_.git_path("");
    for (const repo::GitEntry& entry : git_.list_index(top)) {
      std::string path = top.empty() ? entry.path : entry.path.substr(top.size() + 1);
      if (!is_wanted(path, wanted) || !entry.is_file()) continue;
      auto text = git_.read_blob(entry.id, kLfsPointerLimit);
      auto pointer = text ? parse_lfs_pointer(*text) : std::nullopt;
      if (!pointer) continue;
      files_.push_back({path, *pointer, (entry.mode & 0100) != 0, {}, false});
      mark(path, wanted, used);
    }
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (!used[i]) throw usage("git-lfs has no file " + quoted(options_.paths[i]));
    }
  }

  static bool is_wanted(const std::string& path, const std::vector<std::string>& wanted) {
    return wanted.empty() ||
           std::any_of(wanted.begin(), wanted.end(), [&](const std::string& prefix) {
             return prefix.empty() || relative_to(path, prefix).has_value();
           });
  }
  static void mark(const std::string& path, const std::vector<std::string>& wanted,
                   std::vector<bool>& used) {
    for (size_t i = 0; i < wanted.size(); ++i) {
      if (wanted[i].empty() || relative_to(path, wanted[i])) used[i] = true;
    }
  }

  void take(LfsFile& file) {
    env_.check_cancelled();
    if (file.pointer.extended) {
      file.problem = "uses an extension of git-lfs: its object is not its content";
      return;
    }
    try {
      check_trackable(workspace_, file.path);
    } catch (const Error& error) {
      if (error.code() != Exit::usage) throw;
      file.problem = error.message();
      return;
    }
    if (batch_.keep(file.pointer.oid, file.pointer.size)) return;
    if (take_object(file) || take_work_file(file)) return;
    file.missing = file.problem.empty();
    if (file.missing) file.problem = "its object is not in .git/lfs (git lfs fetch brings it)";
  }

  bool take_object(LfsFile& file) {
    std::string place = objects_ + "/" + lfs_object_name(file.pointer.oid);
    auto status = stat_of(place);
    if (!status || !S_ISREG(status->st_mode)) return false;
    auto added = options_.link ? link_in(env_, place, batch_, workspace_.store()) : std::nullopt;
    if (added && added->stored) ++linked_;
    if (!added) added = batch_.add_file(place, place);
    if (added->digest == file.pointer.oid) return true;
    file.problem = "its object " + quoted(place) + " is damaged";
    return false;
  }

  /// The content that git-lfs put in place, where its object was pruned.
  bool take_work_file(LfsFile& file) {
    std::string place = workspace_.absolute(file.path);
    auto status = stat_of(place);
    if (!status || !S_ISREG(status->st_mode) ||
        static_cast<uint64_t>(status->st_size) != file.pointer.size ||
        sha256_of(open_read(place).get(), place) != file.pointer.oid) {
      return false;
    }
    if (batch_.add_file(place, file.path).digest != file.pointer.oid) {
      throw failure(quoted(file.path) + " changed while it was read");
    }
    file.problem.clear();
    return true;
  }

  void publish() {
    auto lock = workspace_.lock(options_.lock_timeout);
    std::vector<Tracked> pointers;
    for (const LfsFile& file : files_) {
      if (file.missing) report_.missing.push_back(file.path);
      std::string reason = file.problem;
      if (reason.empty() && !accept(file, pointers)) {
        reason = "has a pointer that says otherwise (--force replaces it)";
      }
      if (!reason.empty()) report_.left_out.push_back({file.path, reason});
    }
    publish_pointers(env_, workspace_, pointers);
  }

  bool accept(const LfsFile& file, std::vector<Tracked>& pointers) {
    Tracked tracked{file.path, {repo::Pointer::Type::file, file.pointer.oid, file.pointer.size, 1}};
    auto before = pointer_for(workspace_, file.path);
    bool same = before && before->pointer.digest == tracked.pointer.digest;
    if (before && !same && !options_.force) return false;
    if (same) tracked.pointer = before->pointer;
    State state = !before ? State::added : same ? State::unchanged : State::updated;
    report_.files.push_back({file.path, state, tracked.pointer.digest, tracked.pointer.size, {}});
    report_.in_git.push_back(file.path);
    if (file.executable) report_.executable.push_back(file.path);
    pointers.push_back(std::move(tracked));
    return true;
  }

  Env& env_;
  repo::Workspace& workspace_;
  const LfsImportOptions& options_;
  repo::Git& git_;
  std::string objects_;
  store::Batch batch_;
  std::vector<LfsFile> files_;
  std::atomic<uint64_t> linked_ = 0;
  LfsImportReport report_;
};

}  // namespace

LfsImportReport import_lfs(Env& env, repo::Workspace& workspace, const LfsImportOptions& options) {
  return LfsImporter(env, workspace, options).run();
}

}  // namespace mlo::data
