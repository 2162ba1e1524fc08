// Trees as they lie in the store: whole or in leaves.
#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/tree.hpp"

namespace mlo::store {
namespace {

bool is_index(const std::vector<TreeEntry>& entries) {
  return !entries.empty() && entries.front().mode == kLeafMode;
}

std::vector<TreeEntry> load(const ObjectStore& store, const Digest& digest) {
  ObjectView view = store.view(digest);
  return parse_tree(view.text(), "sha256:" + digest.brief());
}

[[noreturn]] void malformed(const Digest& digest, const std::string& why) {
  throw failure("tree sha256:" + digest.brief() + " is malformed: " + why);
}

// A leaf must be what its index says: an ordinary tree, its first name the key, its totals equal,
// all of it before the key of the next leaf.
std::vector<TreeEntry> load_leaf(const ObjectStore& store, const std::vector<TreeEntry>& index,
                                 size_t i) {
  const TreeEntry& key = index[i];
  std::vector<TreeEntry> entries = load(store, key.digest);
  if (is_index(entries)) malformed(key.digest, "a leaf is an index");
  if (entries.empty() || entries.front().name != key.name) {
    malformed(key.digest, "a leaf does not begin with its name in the index");
  }
  if (i + 1 < index.size() && entries.back().name >= index[i + 1].name) {
    malformed(key.digest, "a leaf overlaps the next one");
  }
  uint64_t size = 0, count = 0;
  for (const TreeEntry& entry : entries) {
    size += entry.size;
    count += entry.count;
  }
  if (size != key.size || count != key.count) {
    malformed(key.digest, "the totals of a leaf are not those of the index");
  }
  return entries;
}

}  // namespace

struct TreeReader::State {
  State(const ObjectStore& s, const Digest& t) : store(s), tree(t) {
    std::vector<TreeEntry> entries = load(store, tree);
    if (is_index(entries)) {
      index = std::move(entries);
    } else {
      whole = true;
      leaf = std::move(entries);
    }
  }

  const ObjectStore& store;
  Digest tree;
  std::vector<TreeEntry> index;  ///< empty when the tree is not split
  std::vector<TreeEntry> leaf;   ///< the one that is being read
  bool whole = false;
  size_t leaf_at = 0;  ///< of the leaf that is being read, or comes next
  size_t at = 0;       ///< inside it
};

TreeReader::TreeReader(const ObjectStore& store, const Digest& tree)
    : state_(std::make_unique<State>(store, tree)) {}
TreeReader::~TreeReader() = default;
TreeReader::TreeReader(TreeReader&&) noexcept = default;

const TreeEntry* TreeReader::next() {
  State& state = *state_;
  if (state.whole) return state.at < state.leaf.size() ? &state.leaf[state.at++] : nullptr;
  if (state.at == state.leaf.size() && state.at > 0) {
    state.leaf.clear();
    state.at = 0;
    ++state.leaf_at;
  }
  if (state.leaf_at >= state.index.size()) return nullptr;
  if (state.leaf.empty()) state.leaf = load_leaf(state.store, state.index, state.leaf_at);
  return &state.leaf[state.at++];
}

std::optional<Digest> TreeReader::leaf() const {
  const State& state = *state_;
  if (state.whole) {
    if (state.at == 0 && !state.leaf.empty()) return state.tree;
    return std::nullopt;
  }
  bool between = state.at == state.leaf.size();
  size_t i = state.leaf_at + (between && state.at > 0 ? 1 : 0);
  if (!between || i >= state.index.size()) return std::nullopt;
  return state.index[i].digest;
}

void TreeReader::skip_leaf() {
  State& state = *state_;
  if (state.whole) {
    state.at = state.leaf.size();
    return;
  }
  if (state.at > 0) {
    state.leaf.clear();
    state.at = 0;
    ++state.leaf_at;
  }
  ++state.leaf_at;
}

std::vector<TreeEntry> read_tree(const ObjectStore& store, const Digest& tree) {
  std::vector<TreeEntry> entries;
  TreeReader reader(store, tree);
  while (const TreeEntry* entry = reader.next()) entries.push_back(*entry);
  return entries;
}

static std::optional<TreeEntry> find_name(const ObjectStore& store, const Digest& tree,
                                          std::string_view name) {
  std::vector<TreeEntry> entries = load(store, tree);
  auto less = [](std::string_view wanted, const TreeEntry& entry) { return wanted < entry.name; };
  if (is_index(entries)) {
    auto after = std::upper_bound(entries.begin(), entries.end(), name, less);
    if (after == entries.begin()) return std::nullopt;
    entries = load_leaf(store, entries, static_cast<size_t>(after - entries.begin()) - 1);
  }
  auto after = std::upper_bound(entries.begin(), entries.end(), name, less);
  if (after == entries.begin() || std::prev(after)->name != name) return std::nullopt;
  return *std::prev(after);
}

std::optional<TreeEntry> find_in_tree(const ObjectStore& store, const Digest& tree,
                                      std::string_view path) {
  Digest directory = tree;
  for (;;) {
    size_t slash = path.find('/');
    std::optional<TreeEntry> entry = find_name(store, directory, path.substr(0, slash));
    if (!entry || slash == std::string_view::npos) return entry;
    if (!entry->is_directory()) return std::nullopt;
    directory = entry->digest;
    path.remove_prefix(slash + 1);
  }
}

std::vector<Digest> tree_parts(const ObjectStore& store, const Digest& tree) {
  std::vector<Digest> parts = {tree};
  std::vector<TreeEntry> entries = load(store, tree);
  if (!is_index(entries)) return parts;
  for (const TreeEntry& leaf : entries) parts.push_back(leaf.digest);
  return parts;
}

}  // namespace mlo::store
