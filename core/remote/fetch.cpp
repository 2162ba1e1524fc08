#include "remote/fetch.hpp"

#include <algorithm>
#include <exception>
#include <optional>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/download.hpp"
#include "remote/reachable.hpp"

namespace mlo::remote {
namespace {

/// A tree, or what may be one, that has to be looked into.
struct Pending {
  size_t root = 0;
  Digest digest;
  store::RootKind kind = store::RootKind::tree;
  std::string path;  ///< below the root; kept up only where somebody asks for paths
};

/// A file that is not here.
struct Absent {
  size_t root = 0;
  Digest digest;
  uint64_t size = 0;
};

class Fetch {
 public:
  Fetch(Env& env, store::ObjectStore& store, Remote& remote, const FetchOptions& options)
      : env_(env), store_(store), remote_(remote), options_(options) {}

  FetchReport run() {
    for (size_t i = 0; i < options_.roots.size(); ++i) root(i);
    while (!pending_.empty()) {
      walk();
      fetch_trees();
    }
    if (options_.dry_run) {
      plan();
    } else {
      fetch_files();
    }
    if (!damage_.empty()) {
      throw failure("remote " + quoted(remote_.config().name) + " is damaged: " + damage_,
                    "everything else has arrived; push the data again from a clone that has it");
    }
    return std::move(report_);
  }

 private:
  void root(size_t i) {
    const store::Root& root = options_.roots[i];
    if (root.kind == store::RootKind::blob) {
      file(i, root.digest, 0);
    } else {
      pending_.push_back({i, root.digest, root.kind, ""});
    }
  }

  void file(size_t root, const Digest& digest, uint64_t size) {
    if (files_.insert(digest).second && !store_.contains(digest)) {
      absent_.push_back({root, digest, size});
    }
  }

  /// Looks into every tree that is here; the others gather in absent_trees_.
  void walk() {
    while (!pending_.empty()) {
      env_.check_cancelled();
      Pending tree = std::move(pending_.back());
      pending_.pop_back();
      // Where paths decide, the same tree at two places is two trees.
      if (!options_.wants && !opened_.insert(tree.digest).second) continue;
      if (!store_.contains(tree.digest)) {
        absent_trees_.push_back(std::move(tree));
      } else if (is_tree(store_, {tree.digest, tree.kind, ""})) {
        look_into(tree);
      }
    }
  }

  void look_into(const Pending& tree) {
    const store::Root& root = options_.roots[tree.root];
    const store::ObjectView view = store_.view(tree.digest);
    for (const store::TreeEntry& entry :
         store::parse_tree(view.text(), "sha256:" + tree.digest.brief())) {
      const bool leaf = entry.mode == store::kLeafMode;
      std::string path;
      if (options_.wants) path = leaf ? tree.path : join_path(tree.path, entry.name);
      if (leaf || entry.mode == store::kDirectoryMode) {
        pending_.push_back({tree.root, entry.digest, store::RootKind::tree, std::move(path)});
      } else if (!options_.wants || options_.wants(root, path, entry)) {
        file(tree.root, entry.digest, entry.size);
      }
    }
  }

  DownloadReport get(const std::vector<Digest>& wanted, uint64_t bytes) {
    TransferProgress progress(env_, "fetching", bytes);
    const DownloadOptions options{remote_.jobs(options_.jobs), &progress};
    DownloadReport report;
    std::exception_ptr failed;
    try {
      report = download(env_, store_, remote_, indexes(), wanted, options);
    } catch (const Error& error) {
      // Eight packs that are gone look like a remote that is: perhaps only the index is old.
      if (error.code() == Exit::interrupted || refreshed_) throw;
      report.damage = error.message();
      failed = std::current_exception();
    }
    // An index that the manifest names may say where things were before gc moved them.
    const bool lacking = !report.missing.empty() || !report.damage.empty();
    if (lacking && !refreshed_) {
      refreshed_ = true;
      if (remote_.refresh()) {
        listed_ = true;
        std::vector<Digest> rest;
        for (const Digest& digest : wanted) {
          if (!store_.contains(digest)) rest.push_back(digest);
        }
        DownloadReport second = download(env_, store_, remote_, indexes(), rest, options);
        second.objects += report.objects;
        second.bytes += report.bytes;
        second.received_bytes += report.received_bytes;
        report = std::move(second);
      } else if (failed) {
        std::rethrow_exception(failed);
      }
    }
    report_.objects += report.objects;
    report_.bytes += report.bytes;
    report_.received_bytes += report.received_bytes;
    if (damage_.empty()) damage_ = report.damage;
    return report;
  }

  const IndexSet& indexes() {
    if (!asked_ && !options_.certifies.empty()) {
      asked_ = true;
      if (auto manifest = remote_.manifest(options_.certifies)) {
        named_ = std::move(manifest->indexes);
      }
    }
    if (listed_ || named_.empty()) return remote_.indexes();
    return remote_.indexes(named_);
  }

  void fetch_trees() {
    if (absent_trees_.empty()) return;
    std::vector<Digest> wanted;
    for (const Pending& tree : absent_trees_) wanted.push_back(tree.digest);
    const DownloadReport report = get(wanted, 0);
    const std::unordered_set<Digest> missing(report.missing.begin(), report.missing.end());
    for (Pending& tree : absent_trees_) {
      if (missing.contains(tree.digest)) {
        miss(tree.root, tree.digest);
      } else if (store_.contains(tree.digest)) {
        opened_.erase(tree.digest);
        pending_.push_back(std::move(tree));
      }
    }
    absent_trees_.clear();
  }

  void fetch_files() {
    if (absent_.empty()) return;
    std::vector<Digest> wanted;
    uint64_t bytes = 0;
    for (const Absent& file : absent_) {
      wanted.push_back(file.digest);
      bytes += file.size;
    }
    const DownloadReport report = get(wanted, bytes);
    const std::unordered_set<Digest> missing(report.missing.begin(), report.missing.end());
    for (const Absent& file : absent_) {
      if (missing.contains(file.digest)) miss(file.root, file.digest);
    }
  }

  void plan() {
    for (const Absent& file : absent_) {
      if (const auto size = size_in_remote(file)) {
        ++report_.objects;
        report_.bytes += *size;
      } else {
        miss(file.root, file.digest);
      }
    }
  }

  /// As the indexes say it: who names a root does not say its size. nullopt: they do not have it.
  std::optional<uint64_t> size_in_remote(const Absent& file) {
    const IndexSet& known = indexes();
    if (auto place = known.find_chunk(remote_.codec().id_of(file.digest))) return place->chunk.raw;
    if (auto object = known.find_object(file.digest)) return object->size;
    return std::nullopt;
  }

  void miss(size_t root, const Digest& digest) {
    report_.missing.push_back({digest, store::RootKind::any, options_.roots[root].referrer});
  }

  Env& env_;
  store::ObjectStore& store_;
  Remote& remote_;
  const FetchOptions& options_;
  std::vector<Pending> pending_, absent_trees_;
  std::vector<Absent> absent_;
  std::unordered_set<Digest> opened_, files_;
  std::vector<std::string> named_;  ///< indexes of the manifest
  bool asked_ = false, listed_ = false, refreshed_ = false;
  std::string damage_;
  FetchReport report_;
};

}  // namespace

FetchReport fetch(Env& env, store::ObjectStore& store, Remote& remote,
                  const FetchOptions& options) {
  return Fetch(env, store, remote, options).run();
}

}  // namespace mlo::remote
