#include "store/tree_walk.hpp"

#include "base/error.hpp"

namespace mlo::store {
namespace {

constexpr int kMostDirectories = 1000;

std::string below(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

void check_depth(int depth) {
  if (depth > kMostDirectories) throw failure("a tree is deeper than 1000 directories");
}

void walk(const ObjectStore& store, const Digest& tree, const std::string& path, int depth,
          const std::function<void(const std::string&, const TreeEntry&)>& visit) {
  check_depth(depth);
  TreeReader reader(store, tree);
  while (const TreeEntry* entry = reader.next()) {
    std::string here = below(path, entry->name);
    visit(here, *entry);
    if (entry->is_directory()) walk(store, entry->digest, here, depth + 1, visit);
  }
}

// The sorted entries of one side of a directory that differs.
class Side {
 public:
  Side(const ObjectStore& store, const std::optional<Digest>& tree) {
    if (tree) reader_.emplace(store, *tree);
  }
  std::optional<Digest> leaf() const {
    if (current_ != nullptr || !reader_) return std::nullopt;
    return reader_->leaf();
  }
  void skip_leaf() { reader_->skip_leaf(); }
  /// The entry that comes next, nullptr at the end.
  const TreeEntry* peek() {
    if (current_ == nullptr && reader_) current_ = reader_->next();
    return current_;
  }
  void advance() { current_ = nullptr; }

 private:
  std::optional<TreeReader> reader_;
  const TreeEntry* current_ = nullptr;
};

class Differ {
 public:
  Differ(const ObjectStore& store, const std::function<void(const TreeChange&)>& visit)
      : store_(store), visit_(visit) {}

  void directory(const std::optional<Digest>& before, const std::optional<Digest>& after,
                 const std::string& path, int depth) {
    check_depth(depth);
    if (before == after) return;
    Side a(store_, before), b(store_, after);
    for (;;) {
      auto leaf = a.leaf();
      if (leaf && leaf == b.leaf()) {
        a.skip_leaf();
        b.skip_leaf();
        continue;
      }
      const TreeEntry* x = a.peek();
      const TreeEntry* y = b.peek();
      if (x == nullptr && y == nullptr) return;
      int order = x == nullptr ? 1 : y == nullptr ? -1 : x->name.compare(y->name);
      compare(order <= 0 ? x : nullptr, order >= 0 ? y : nullptr, path, depth);
      if (order <= 0) a.advance();
      if (order >= 0) b.advance();
    }
  }

 private:
  void compare(const TreeEntry* x, const TreeEntry* y, const std::string& path, int depth) {
    if (x != nullptr && y != nullptr && x->mode == y->mode && x->digest == y->digest) return;
    std::string here = below(path, x != nullptr ? x->name : y->name);
    bool x_directory = x != nullptr && x->is_directory();
    bool y_directory = y != nullptr && y->is_directory();
    bool reported = (x != nullptr && !x_directory) || (y != nullptr && !y_directory) ||
                    (x_directory && !y_directory && x->count == 0) ||
                    (y_directory && !x_directory && y->count == 0);
    if (reported) {
      visit_({here, x != nullptr ? std::optional(*x) : std::nullopt,
              y != nullptr ? std::optional(*y) : std::nullopt});
    }
    if (!x_directory && !y_directory) return;
    directory(x_directory ? std::optional(x->digest) : std::nullopt,
              y_directory ? std::optional(y->digest) : std::nullopt, here, depth + 1);
  }

  const ObjectStore& store_;
  const std::function<void(const TreeChange&)>& visit_;
};

}  // namespace

void walk_tree(const ObjectStore& store, const Digest& root,
               const std::function<void(const std::string&, const TreeEntry&)>& visit) {
  walk(store, root, "", 1, visit);
}

void diff_trees(const ObjectStore& store, const std::optional<Digest>& before,
                const std::optional<Digest>& after,
                const std::function<void(const TreeChange&)>& visit) {
  Differ(store, visit).directory(before, after, "", 1);
}

}  // namespace mlo::store
