#include "data/dvc_import.hpp"

#include <algorithm>
#include <map>

#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/add_checks.hpp"
#include "data/dvc_annotations.hpp"
#include "data/dvc_directory.hpp"
#include "data/dvc_known.hpp"
#include "data/dvc_tree.hpp"
#include "data/pointers.hpp"
#include "data/publish.hpp"
#include "data/work_file.hpp"
#include "repo/layout.hpp"
#include "repo/stat_index.hpp"

namespace mlo::data {
namespace {

/// Contents of one commit: small enough that an interrupted import repeats little, large enough that the
/// sync at its end costs nothing.
constexpr size_t kImportBatch = 4096;

/// An out with the files that it consists of: one, without a path, where it is a file.
struct Plan {
  const DvcOut* out = nullptr;
  std::string target;  ///< relative to the workspace
  std::vector<DvcFile> files;
  std::vector<std::optional<DvcTaken>> taken;  ///< by file
  std::vector<uint32_t> modes;
  std::string reason;  ///< why it is left out
};

std::string counted_missing(size_t missing, size_t all, const std::string& first) {
  if (all == 1) return "its content is neither in the work tree nor in the cache nor in the remote";
  return std::to_string(missing) + " of its " + std::to_string(all) +
         " files are neither in the work tree nor in the cache nor in the remote, the first is " +
         quoted(first);
}

class DvcImporter {
 public:
  DvcImporter(Env& env, repo::Workspace& workspace, const DvcImportOptions& options,
              DvcRepository repository)
      : env_(env),
        workspace_(workspace),
        options_(options),
        repository_(std::move(repository)),
        known_(workspace.mlo_dir() + "/dvc-objects"),
        source_(env, repository_, known_, options.remote, options.link),
        index_(repo::StatIndex::load(workspace.stat_index_path())),
        batch_(workspace.store_for_writing()) {}

  DvcImportReport run() {
    report_.repository = repository_.root;
    for (const auto& file : repository_.unreadable) {
      report_.left_out.push_back({file.file, file.file, "cannot be read: " + file.reason});
    }
    for (const DvcOut& out : repository_.outs) plan(out);
    take_contents();
    std::vector<Tracked> pointers = build_pointers();
    publish(pointers);
    copy_ignore_rules();
    remove_dvc_files();
    finish();
    return std::move(report_);
  }

 private:
  void leave_out(const DvcOut& out, const std::string& reason) {
    report_.left_out.push_back({out.path, out.file, reason});
  }

  bool is_in_git(const DvcOut& out, const std::string& target) {
    if (!out.in_cache) return true;
    repo::Git* git = workspace_.git();
    return !out.stage.empty() && git && git->is_tracked(workspace_.git_path(target));
  }

  void plan(const DvcOut& out) {
    if (!out.problem.empty()) return leave_out(out, out.problem);
    Plan plan;
    plan.out = &out;
    try {
      plan.target = workspace_.relative(join_path(repository_.root, out.path));
      if (is_in_git(out, plan.target)) {
        report_.in_git.push_back(plan.target);
        return;
      }
      check_trackable(workspace_, plan.target);
      if (auto above = enclosing_pointer(workspace_, plan.target)) {
        return leave_out(out, "lies inside " + quoted(above->path) + ", which is tracked");
      }
      list_files(plan);
    } catch (const Error& error) {
      if (error.code() != Exit::usage && error.code() != Exit::failure) throw;
      if (error.system_code() != 0) throw;
      return leave_out(out, error.message());
    }
    if (!plan.reason.empty()) return leave_out(out, plan.reason);
    plan.taken.resize(plan.files.size());
    plan.modes.resize(plan.files.size(), store::kFileMode);
    plans_.push_back(std::move(plan));
  }

  DvcWanted wanted(const Plan& plan, const DvcFile& file) const {
    std::string place = join_path(repository_.root, plan.out->path);
    if (!file.path.empty()) place += "/" + file.path;
    return {file.md5, plan.out->hash, false, std::move(place), plan.out->remote};
  }

  void list_files(Plan& plan) {
    const DvcOut& out = *plan.out;
    if (!out.is_directory) {
      plan.files = {{"", out.md5}};
      return;
    }
    auto text = source_.read_directory({out.md5, out.hash, true, {}, out.remote});
    if (text) {
      plan.files = parse_dvc_directory(*text, out.md5.hex() + ".dir");
    } else if (!list_work_tree(plan)) {
      plan.reason =
          "its list of files (" + out.md5.hex() + ".dir) is neither in the cache nor in the remote";
    }
    for (const DvcFile& file : plan.files) {
      if (auto bad = bad_listed_name(file.path)) plan.reason = "a tree cannot hold " + *bad;
    }
  }

  /// A directory whose list was lost, but that lies in the work tree as it was.
  bool list_work_tree(Plan& plan) {
    std::string place = join_path(repository_.root, plan.out->path);
    if (!is_directory(place)) return false;
    list_below(place, "", plan);
    parallel_for(plan.files.size(), [&](size_t i) {
      env_.check_cancelled();
      std::string file = place + "/" + plan.files[i].path;
      plan.files[i].md5 = dvc_names_of(open_read(file).get(), file, plan.out->hash).md5;
    });
    if (md5(format_dvc_directory(plan.files)) == plan.out->md5) return true;
    plan.files.clear();
    return false;
  }

  void list_below(const std::string& place, const std::string& prefix, Plan& plan) {
    ScanDirectory here = list_names(join_path(place, prefix), plan.out->path);
    for (const ScanEntry& entry : here.entries) {
      std::string path = join_path(prefix, here.name(entry));
      if (repository_.ignored.ignored(join_path(plan.out->path, path), entry.is_directory()))
        continue;
      if (entry.is_directory()) {
        list_below(place, path, plan);
      } else if (auto status = stat_target(join_path(place, path));
                 status && S_ISREG(status->st_mode)) {
        plan.files.push_back({path, {}});
      }
    }
  }

  void take_contents() {
    std::vector<std::pair<Plan*, size_t>> all;
    for (Plan& plan : plans_) {
      for (size_t i = 0; i < plan.files.size(); ++i) all.emplace_back(&plan, i);
    }
    auto progress = env_.reporter.progress("import", all.size());
    for (size_t begin = 0; begin < all.size(); begin += kImportBatch) {
      size_t count = std::min(kImportBatch, all.size() - begin);
      Time observed = env_.clock.now();
      parallel_for(count, [&](size_t i) { take(*all[begin + i].first, all[begin + i].second); });
      batch_.commit();
      known_.save(env_.files);
      for (size_t i = 0; i < count; ++i)
        record(*all[begin + i].first, all[begin + i].second, observed);
      save_if_possible(env_, workspace_, index_);
      progress->update(begin + count);
    }
  }

  void take(Plan& plan, size_t i) {
    DvcWanted content = wanted(plan, plan.files[i]);
    plan.taken[i] = source_.take(content, batch_, workspace_.store());
    auto status = stat_of(content.work_file);
    if (status && S_ISREG(status->st_mode) && (status->st_mode & S_IXUSR)) {
      plan.modes[i] = store::kExecutableMode;
    }
  }

  static std::string path_of(const Plan& plan, const DvcFile& file) {
    return file.path.empty() ? plan.target : plan.target + "/" + file.path;
  }

  void record(const Plan& plan, size_t i, Time observed) {
    const auto& taken = plan.taken[i];
    if (!taken || !taken->work_status) return;
    index_.set(path_of(plan, plan.files[i]), repo::stat_key(*taken->work_status), taken->digest,
               observed);
  }

  std::vector<Tracked> build_pointers() {
    std::vector<Tracked> pointers;
    for (Plan& plan : plans_) {
      size_t missing = 0;
      std::string first;
      for (size_t i = 0; i < plan.files.size(); ++i) {
        if (plan.taken[i]) continue;
        if (missing++ == 0) first = plan.files[i].path;
      }
      if (missing > 0) {
        leave_out(*plan.out, counted_missing(missing, plan.files.size(), first));
        continue;
      }
      Tracked tracked{plan.target, pointer_of(plan)};
      if (repo::format_pointer(tracked.pointer).size() > repo::kPointerLimit) {
        leave_out(*plan.out, "its annotations are larger than a pointer may be");
        continue;
      }
      note_link(plan);
      taken_[plan.out->file].push_back(plan.target);
      pointers.push_back(std::move(tracked));
    }
    return pointers;
  }

  void note_link(const Plan& plan) {
    for (const DvcFile& file : plan.files) {
      std::string path = path_of(plan, file);
      auto status = stat_of(workspace_.absolute(path));
      if (status && S_ISLNK(status->st_mode)) report_.links.push_back(path);
    }
  }

  /// Also keeps gc away from the contents until the pointers are there: a batch's lock ends with it.
  repo::Pointer pointer_of(const Plan& plan) {
    std::vector<ListedFile> files;
    for (size_t i = 0; i < plan.files.size(); ++i) {
      const DvcTaken& taken = *plan.taken[i];
      if (!batch_.keep(taken.digest, taken.size)) {
        throw failure("object " + taken.digest.text() + " left the store while it was imported",
                      "run the command again");
      }
      files.push_back({plan.files[i].path, plan.modes[i], taken.digest, taken.size});
    }
    repo::Pointer pointer;
    if (plan.out->is_directory) {
      store::TreeEntry root = write_listed_tree(files, batch_);
      pointer = {repo::Pointer::Type::tree, root.digest, root.size, root.count};
    } else {
      pointer = {repo::Pointer::Type::file, files[0].digest, files[0].size, 1};
    }
    pointer.dvc = dvc_annotations(*plan.out);
    return pointer;
  }

  void publish(std::vector<Tracked>& pointers) {
    const auto hold = batch_.commit();
    auto lock = workspace_.lock(options_.lock_timeout);
    std::erase_if(pointers, [&](Tracked& tracked) { return !may_publish(tracked); });
    publish_pointers(env_, workspace_, pointers);
    save_if_possible(env_, workspace_, index_);
  }

  bool may_publish(Tracked& tracked) {
    auto before = pointer_for(workspace_, tracked.path);
    bool same = before && before->pointer.digest == tracked.pointer.digest &&
                before->pointer.type == tracked.pointer.type;
    if (before && !same && !options_.force) {
      for (const Plan& plan : plans_) {
        if (plan.target != tracked.path) continue;
        leave_out(*plan.out, "has a pointer that says otherwise (--force replaces it)");
        std::erase(taken_[plan.out->file], plan.target);
      }
      return false;
    }
    // The same content may come from another repository as well: `data update` goes on asking that.
    if (same) tracked.pointer.source = before->pointer.source;
    State state = !before                              ? State::added
                  : before->pointer == tracked.pointer ? State::unchanged
                                                       : State::updated;
    report_.files.push_back(
        {tracked.path, state, tracked.pointer.digest, tracked.pointer.size, {}});
    return true;
  }

  /// What DVC does not see, mlo must not see either, or every directory would look changed.
  void copy_ignore_rules() {
    for (const std::string& directory : repository_.ignore_files) {
      std::string from = join_path(join_path(repository_.root, directory), ".dvcignore");
      std::string to = workspace_.absolute(
          workspace_.relative(join_path(join_path(repository_.root, directory), ".mloignore")));
      std::string rules = read_file(from, size_t{1} << 20);
      auto there = read_file_if_exists(to);
      if (!there) {
        write_file_atomically(env_.files, to, rules);
      } else if (*there != rules) {
        env_.reporter.warn(quoted(join_path(directory, ".dvcignore")) +
                           " says more than the .mloignore beside it");
      }
    }
  }

  void remove_dvc_files() {
    if (!options_.remove) return;
    for (const auto& [file, targets] : taken_) {
      auto outs = std::count_if(repository_.outs.begin(), repository_.outs.end(),
                                [&](const DvcOut& out) { return out.file == file; });
      if (!file.ends_with(".dvc") || outs != static_cast<ptrdiff_t>(targets.size())) continue;
      std::string path = join_path(repository_.root, file);
      env_.files.unlink(path);
      sync_directory(env_.files, std::string(parent_path(path)));
      report_.removed.push_back(file);
    }
  }

  void finish() {
    std::sort(report_.left_out.begin(), report_.left_out.end(),
              [](const auto& a, const auto& b) { return a.path < b.path; });
    report_.damaged = source_.damaged();
    report_.troubles = source_.troubles();
    std::sort(report_.damaged.begin(), report_.damaged.end());
    report_.read = source_.files_read();
    report_.linked = source_.linked();
    report_.objects = batch_.objects();
    report_.bytes = batch_.bytes();
  }

  Env& env_;
  repo::Workspace& workspace_;
  const DvcImportOptions& options_;
  const DvcRepository repository_;
  DvcKnown known_;
  DvcSource source_;
  repo::StatIndex index_;
  store::Batch batch_;
  std::vector<Plan> plans_;
  std::map<std::string, std::vector<std::string>> taken_;  ///< by .dvc file: what was published
  DvcImportReport report_;
};

}  // namespace

DvcImportReport import_dvc(Env& env, repo::Workspace& workspace, const DvcImportOptions& options) {
  std::string start =
      workspace.absolute(workspace.relative(options.directory.empty() ? "." : options.directory));
  if (!is_directory(start)) throw usage("there is no directory " + quoted(options.directory));
  auto root = find_dvc_root(repo::real_path(start));
  if (!root) {
    throw usage("there is no DVC repository at or above " + quoted(start),
                "mlo data import --from-dvc DIR names one");
  }
  if (!relative_to(*root, workspace.root())) {
    throw usage("the DVC repository " + quoted(*root) + " lies outside the workspace " +
                    quoted(workspace.root()),
                "mlo init there, and import there");
  }
  DvcRepository repository =
      in_context("while reading " + quoted(*root), [&] { return read_dvc_repository(env, *root); });
  if (!options.remote.empty() && !repository.config.remote(options.remote)) {
    std::vector<std::string> names;
    for (const DvcRemote& remote : repository.config.remotes) names.push_back(remote.name);
    throw usage("DVC has no remote " + quoted(options.remote), suggestion(options.remote, names));
  }
  return DvcImporter(env, workspace, options, std::move(repository)).run();
}

}  // namespace mlo::data
