#include "data/merge.hpp"

#include "base/error.hpp"

namespace mlo::data {
namespace {

using store::TreeEntry;
using Entry = std::optional<TreeEntry>;

constexpr int kMostDirectories = 1000;

bool is_tree(const Entry& entry) { return entry && entry->is_directory(); }
bool is_regular(const Entry& entry) {
  return entry && (entry->mode == store::kFileMode || entry->mode == store::kExecutableMode);
}

/// The usual rule; nullptr where it does not decide.
template <typename T>
const T* chosen(const T& base, const T& ours, const T& theirs) {
  if (ours == theirs || theirs == base) return &ours;
  if (ours == base) return &theirs;
  return nullptr;
}

/// The entries of one side of a directory in order, taken by name.
class TreeSide {
 public:
  TreeSide(const store::ObjectStore& store, const std::optional<Digest>& tree) {
    if (tree) reader_.emplace(store, *tree);
    advance();
  }
  /// nullptr at the end.
  const std::string* name() const { return next_ ? &next_->name : nullptr; }
  /// The next entry if it has this name.
  Entry take(const std::string& name) {
    if (!next_ || next_->name != name) return std::nullopt;
    Entry taken = std::move(next_);
    advance();
    return taken;
  }

 private:
  void advance() {
    const TreeEntry* entry = reader_ ? reader_->next() : nullptr;
    next_ = entry ? Entry(*entry) : std::nullopt;
  }
  std::optional<store::TreeReader> reader_;
  Entry next_;
};

std::optional<Digest> tree_of(const Entry& entry) {
  return is_tree(entry) ? std::optional(entry->digest) : std::nullopt;
}

class Merge {
 public:
  Merge(const store::ObjectStore& store, store::Batch& batch, Favor favor)
      : store_(store), batch_(batch), favor_(favor) {}

  TreeEntry directory(const std::optional<Digest>& base, const std::optional<Digest>& ours,
                      const std::optional<Digest>& theirs, const std::string& path, int depth) {
    if (depth > kMostDirectories) throw failure("a tree is deeper than 1000 directories");
    TreeSide b(store_, base), o(store_, ours), t(store_, theirs);
    std::vector<TreeEntry> merged;
    for (;;) {
      const std::string* first = nullptr;
      for (const TreeSide* side : {&b, &o, &t}) {
        if (side->name() && (!first || *side->name() < *first)) first = side->name();
      }
      if (!first) return store::write_tree(batch_, std::move(merged));
      std::string name = *first;
      Entry in_base = b.take(name), in_ours = o.take(name), in_theirs = t.take(name);
      std::string here = path.empty() ? name : path + "/" + name;
      if (Entry entry = one(in_base, in_ours, in_theirs, here, depth)) {
        entry->name = std::move(name);
        merged.push_back(std::move(*entry));
      }
    }
  }

  std::vector<MergeConflict> conflicts;

 private:
  Entry one(const Entry& base, const Entry& ours, const Entry& theirs, const std::string& path,
            int depth) {
    if (const Entry* decided = chosen(base, ours, theirs)) return *decided;
    // A directory that one side removed is an empty one there: what the other side changed in it
    // is then a conflict of those files, and the rest of it is removed.
    bool directories =
        (!base || is_tree(base)) && (!ours || is_tree(ours)) && (!theirs || is_tree(theirs));
    if (directories) return directory_entry(base, ours, theirs, path, depth);
    if (is_regular(base) && is_regular(ours) && is_regular(theirs)) {
      // The executable bit and the content are two changes.
      const uint32_t* mode = chosen(base->mode, ours->mode, theirs->mode);
      const Digest* digest = chosen(base->digest, ours->digest, theirs->digest);
      if (mode && digest) {
        Entry entry = *digest == ours->digest ? ours : theirs;
        entry->mode = *mode;
        return entry;
      }
    }
    return conflict(base, ours, theirs, path);
  }

  Entry directory_entry(const Entry& base, const Entry& ours, const Entry& theirs,
                        const std::string& path, int depth) {
    TreeEntry merged = directory(tree_of(base), tree_of(ours), tree_of(theirs), path, depth + 1);
    bool kept_ours = ours.has_value(), kept_theirs = theirs.has_value();
    bool is_kept = *chosen(base.has_value(), kept_ours, kept_theirs);
    static const Digest kEmpty = store::hash_tree({}).digest;
    if (!is_kept && merged.digest == kEmpty) return std::nullopt;
    return merged;
  }

  Entry conflict(const Entry& base, const Entry& ours, const Entry& theirs,
                 const std::string& path) {
    if (favor_ == Favor::neither) conflicts.push_back({path, base, ours, theirs});
    return favor_ == Favor::theirs ? theirs : ours;
  }

  const store::ObjectStore& store_;
  store::Batch& batch_;
  Favor favor_;
};

bool is_tree(const repo::Pointer& pointer) { return pointer.type == repo::Pointer::Type::tree; }

TreeEntry as_entry(const repo::Pointer& pointer) {
  return {is_tree(pointer) ? store::kDirectoryMode : store::kFileMode, pointer.digest, pointer.size,
          pointer.files, ""};
}

Entry as_entry(const std::optional<repo::Pointer>& pointer) {
  return pointer ? Entry(as_entry(*pointer)) : std::nullopt;
}

using Maybe = std::optional<repo::Pointer>;

/// The side whose content the merge has by the usual rule; nullptr where it does not decide.
const repo::Pointer* chosen_content(const Maybe& base, const repo::Pointer& ours,
                                    const repo::Pointer& theirs) {
  if (ours.same_content(theirs)) return &ours;
  if (base && theirs.same_content(*base)) return &ours;
  if (base && ours.same_content(*base)) return &theirs;
  return nullptr;
}

/// What the merged pointer says besides its content.
class Mappings {
 public:
  Mappings(const Maybe& base, const repo::Pointer& ours, const repo::Pointer& theirs, Favor favor)
      : base_(base), ours_(ours), theirs_(theirs), favor_(favor) {}

  PointerMerge with(repo::Pointer merged) {
    merged.source = source_of(merged);
    merged.dvc = three_way("dvc", base_ ? base_->dvc : format::Value(), ours_.dvc, theirs_.dvc);
    if (!conflicts_.empty()) return {std::nullopt, std::move(conflicts_)};
    return {std::move(merged), {}};
  }

 private:
  using Source = std::optional<repo::Source>;

  /// A source belongs to the content that came from it (repo/source.hpp): it goes where that goes. Content
  /// that is neither side's has none, and must not be taken for an old version by `data update`; but two
  /// sources that differ are for the user to choose from.
  Source source_of(const repo::Pointer& merged) {
    const bool is_ours = merged.same_content(ours_), is_theirs = merged.same_content(theirs_);
    if (is_ours && is_theirs) {
      return three_way("source", base_ ? base_->source : Source(), ours_.source, theirs_.source);
    }
    if (is_ours) return ours_.source;
    if (is_theirs) return theirs_.source;
    if (!ours_.source || !theirs_.source) return std::nullopt;
    return three_way("source", Source(), ours_.source, theirs_.source);
  }

  template <typename T>
  T three_way(const char* mapping, const T& base, const T& ours, const T& theirs) {
    if (const T* decided = chosen(base, ours, theirs)) return *decided;
    if (favor_ == Favor::neither) {
      conflicts_.push_back({"", as_entry(base_), as_entry(ours_), as_entry(theirs_), mapping});
    }
    return favor_ == Favor::theirs ? theirs : ours;
  }

  const Maybe& base_;
  const repo::Pointer& ours_;
  const repo::Pointer& theirs_;
  Favor favor_;
  std::vector<MergeConflict> conflicts_;
};

}  // namespace

TreeMerge merge_trees(const store::ObjectStore& store, store::Batch& batch,
                      const std::optional<Digest>& base, const Digest& ours, const Digest& theirs,
                      Favor favor) {
  Merge merge(store, batch, favor);
  TreeEntry root = merge.directory(base, ours, theirs, "", 1);
  return {std::move(root), std::move(merge.conflicts)};
}

std::optional<PointerMerge> merge_without_trees(const std::optional<repo::Pointer>& base,
                                                const repo::Pointer& ours,
                                                const repo::Pointer& theirs, Favor favor) {
  Mappings mappings(base, ours, theirs, favor);
  if (const auto* decided = chosen_content(base, ours, theirs)) return mappings.with(*decided);
  if (is_tree(ours) && is_tree(theirs)) return std::nullopt;
  if (favor == Favor::ours) return mappings.with(ours);
  if (favor == Favor::theirs) return mappings.with(theirs);
  return PointerMerge{std::nullopt, {{"", as_entry(base), as_entry(ours), as_entry(theirs)}}};
}

PointerMerge merge_pointers(store::ObjectStore& store, const std::optional<repo::Pointer>& base,
                            const repo::Pointer& ours, const repo::Pointer& theirs, Favor favor) {
  if (auto merge = merge_without_trees(base, ours, theirs, favor)) return std::move(*merge);
  std::optional<Digest> base_tree;
  if (base && is_tree(*base)) base_tree = base->digest;
  store::Batch batch(store);
  TreeMerge merge = merge_trees(store, batch, base_tree, ours.digest, theirs.digest, favor);
  if (!merge.conflicts.empty()) return {std::nullopt, std::move(merge.conflicts)};
  auto lock = batch.commit();
  return Mappings(base, ours, theirs, favor)
      .with({repo::Pointer::Type::tree, merge.root.digest, merge.root.size, merge.root.count});
}

}  // namespace mlo::data
