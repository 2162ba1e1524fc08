#include "data/import_dvc.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "data/dvc_directory.hpp"
#include "data/dvc_source.hpp"
#include "data/dvc_tree.hpp"
#include "remote/url.hpp"

namespace mlo::data {
namespace {

constexpr uint64_t kDvcConfigLimit = uint64_t{1} << 20;

/// Where its contents may lie; its outs are not looked for.
DvcRepository places_of(Env& env, repo::OtherRepository& repository, const FoundPath& found) {
  DvcRepository places;
  if (!repository.work_tree().empty()) {
    places.root = join_path(repository.work_tree(), found.dvc_root);
    places.config = read_dvc_config(env, places.root);
    return places;
  }
  const std::string file = join_path(found.dvc_root, ".dvc/config");
  const auto text = repository.read(found.source.commit, file, kDvcConfigLimit);
  places.config = parse_dvc_config(env, text.value_or(""), file + " of " + repository.url());
  return places;
}

class DvcBringer {
 public:
  DvcBringer(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
             const FoundPath& found, const std::string& cache)
      : env_(env),
        store_(store),
        found_(found),
        work_tree_(repository.work_tree()),
        places_(places_of(env, repository, found)),
        known_(join_path(cache, "dvc-objects")),
        source_(env, places_, known_, "", CacheLink::copy),
        batch_(store) {}

  store::TreeEntry run() {
    list();
    take_all();
    const store::TreeEntry result = entry();
    batch_.commit();
    return result;
  }

 private:
  const DvcOut& out() const { return found_.out; }

  /// The files that were asked for: one without a path where it is a file.
  void list() {
    if (!out().is_directory) {
      files_ = {{"", out().md5}};
      return;
    }
    const auto text = source_.read_directory({out().md5, out().hash, true, {}, out().remote});
    if (!text) throw nobody_has("the list of files");
    for (DvcFile& file : parse_dvc_directory(*text, out().md5.hex() + ".dir")) {
      if (!found_.inner.empty()) {
        auto below = relative_to(file.path, found_.inner);
        if (!below) continue;
        file.path = std::move(*below);
      }
      files_.push_back(std::move(file));
    }
    const bool one = files_.size() == 1 && files_[0].path.empty();
    std::vector<std::string_view> paths;
    for (const DvcFile& file : files_) paths.push_back(file.path);
    if (!one) check_listing(std::move(paths), quoted(found_.source.path));
    if (files_.empty() && !found_.inner.empty()) {
      throw usage("there is no " + quoted(found_.source.path) + " in " + quoted(found_.source.url) +
                  " at commit " + found_.source.commit.substr(0, 12));
    }
  }

  void take_all() {
    taken_.resize(files_.size());
    auto progress = env_.reporter.progress("import", files_.size());
    for (size_t begin = 0; begin < files_.size(); begin += kTakeBatch) {
      const size_t count = std::min(kTakeBatch, files_.size() - begin);
      parallel_for(count, [&](size_t i) { take(begin + i); });
      batch_.commit();
      progress->update(begin + count);
    }
    known_.save_if_possible(env_.files);
    if (missing() > 0) throw nobody_has("the content");
  }

  void take(size_t i) {
    const std::string inside = join_path(found_.inner, files_[i].path);
    const std::string place =
        work_tree_.empty() ? "" : join_path(join_path(work_tree_, out().path), inside);
    taken_[i] =
        source_.take({files_[i].md5, out().hash, false, place, out().remote}, batch_, store_);
  }

  store::TreeEntry entry() {
    if (files_.size() == 1 && files_[0].path.empty()) {
      const format::Value* executable = out().annotations.find("isexec");
      const bool runs = executable && executable->is_bool() && executable->as_bool();
      return {runs ? store::kExecutableMode : store::kFileMode, taken_[0]->digest, taken_[0]->size,
              1, ""};
    }
    std::vector<ListedFile> listed;
    for (size_t i = 0; i < files_.size(); ++i) {
      listed.push_back({files_[i].path, store::kFileMode, taken_[i]->digest, taken_[i]->size});
    }
    store::TreeEntry root = write_listed_tree(listed, batch_);
    root.mode = store::kDirectoryMode;
    return root;
  }

  size_t missing() const {
    return static_cast<size_t>(
        std::ranges::count_if(taken_, [](const auto& one) { return !one.has_value(); }));
  }

  std::string remote_asked() const {
    const DvcRemote* remote = places_.config.remote(out().remote);
    if (!remote) return "a remote: DVC's configuration there names none";
    const std::string name = "the remote " + quoted(remote->name);
    if (remote->url.empty()) return name + ", a relative path, which leads nowhere from a clone";
    if (remote->worktree || remote->version_aware) {
      return name + ", whose layout mlo cannot read (worktree, version_aware)";
    }
    return name + " (" + remote::public_url(remote->url) + ")";
  }

  Error nobody_has(const std::string& what) const {
    std::string message = what + " of " + quoted(found_.source.path) + " of " +
                          quoted(found_.source.url) + " is neither in the cache nor in " +
                          remote_asked();
    if (missing() > 0 && taken_.size() > 1) {
      message += " (" + std::to_string(missing()) + " of " + std::to_string(taken_.size()) +
                 " files are missing)";
    }
    for (const std::string& damaged : source_.damaged()) message += "; damaged: " + damaged;
    for (const std::string& trouble : source_.troubles()) message += "; " + trouble;
    return failure(message, "dvc push it from a clone that has it");
  }

  static constexpr size_t kTakeBatch = 4096;

  Env& env_;
  store::ObjectStore& store_;
  const FoundPath& found_;
  const std::string& work_tree_;  ///< empty: there is none here
  const DvcRepository places_;
  DvcKnown known_;
  DvcSource source_;
  store::Batch batch_;
  std::vector<DvcFile> files_;
  std::vector<std::optional<DvcTaken>> taken_;
};

}  // namespace

store::TreeEntry bring_dvc(Env& env, store::ObjectStore& store, repo::OtherRepository& repository,
                           const FoundPath& found, const std::string& cache) {
  return DvcBringer(env, store, repository, found, cache).run();
}

}  // namespace mlo::data
