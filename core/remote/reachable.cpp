#include "remote/reachable.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/tree.hpp"

namespace mlo::remote {
namespace {

class Walk {
 public:
  Walk(Env& env, const store::ObjectStore& store, const std::function<bool(const Digest&)>& obtain)
      : env_(env), store_(store), obtain_(obtain) {}

  store::Root root(store::Root root) {
    if (root.kind != store::RootKind::blob) {
      if (!store_.contains(root.digest) && !obtain_(root.digest)) {
        throw in_referrer(store::missing_object(root.digest), root);
      }
      root.kind = is_tree(store_, root) ? store::RootKind::tree : store::RootKind::blob;
    }
    if (root.kind == store::RootKind::tree) {
      in_context("while reading " + quoted(root.referrer), [&] { tree(root.digest); });
    } else {
      auto stat = store_.stat(root.digest);
      blob(root.digest, stat ? stat->size : 0);
    }
    return root;
  }

  std::vector<ReachableObject> take() {
    std::vector<ReachableObject> all = std::move(trees_);
    all.insert(all.end(), blobs_.begin(), blobs_.end());
    return all;
  }

 private:
  static Error in_referrer(Error error, const store::Root& root) {
    if (!root.referrer.empty()) error.add_context(printable(root.referrer));
    return error;
  }

  void blob(const Digest& digest, uint64_t size) {
    if (seen_.insert(digest).second) blobs_.push_back({digest, size});
  }

  // An explicit stack: the depth of a hostile tree must not be the depth of ours.
  void tree(const Digest& top) {
    std::vector<Digest> pending = {top};
    while (!pending.empty()) {
      env_.check_cancelled();
      Digest digest = pending.back();
      pending.pop_back();
      if (!opened_.insert(digest).second) continue;
      if (!store_.contains(digest) && !obtain_(digest)) throw store::missing_object(digest);
      store::ObjectView view = store_.view(digest);
      if (seen_.insert(digest).second) trees_.push_back({digest, view.bytes().size()});
      const size_t before = pending.size();
      for (const store::TreeEntry& entry :
           store::parse_tree(view.text(), "sha256:" + digest.brief())) {
        if (entry.mode == store::kDirectoryMode || entry.mode == store::kLeafMode) {
          pending.push_back(entry.digest);
        } else {
          blob(entry.digest, entry.size);
        }
      }
      std::reverse(pending.begin() + static_cast<std::ptrdiff_t>(before), pending.end());
    }
  }

  Env& env_;
  const store::ObjectStore& store_;
  const std::function<bool(const Digest&)>& obtain_;
  std::unordered_set<Digest> seen_, opened_;
  std::vector<ReachableObject> trees_, blobs_;
};

}  // namespace

bool is_tree(const store::ObjectStore& store, const store::Root& root) {
  if (root.kind != store::RootKind::any) return root.kind == store::RootKind::tree;
  if (!store::looks_like_tree(store.head(root.digest, 16))) return false;
  store::ObjectView view = store.view(root.digest);
  try {
    store::parse_tree(view.text(), "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

Reachable reachable(Env& env, const store::ObjectStore& store, std::span<const store::Root> roots,
                    const std::function<bool(const Digest&)>& obtain) {
  Walk walk(env, store, obtain);
  Reachable result;
  std::unordered_set<Digest> known;
  for (const store::Root& root : roots) {
    if (known.insert(root.digest).second) result.roots.push_back(walk.root(root));
  }
  result.objects = walk.take();
  return result;
}

}  // namespace mlo::remote
