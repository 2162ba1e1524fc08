#include "store/mark.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/pack.hpp"
#include "store/tree.hpp"

namespace mlo::store {

std::vector<Digest> digests_in(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  constexpr size_t kSize = 7 + 64;
  std::vector<Digest> found;
  for (size_t at = text.find(kPrefix); at != std::string_view::npos;
       at = text.find(kPrefix, at + 1)) {
    if (auto digest = parse_digest(text.substr(at, kSize))) found.push_back(*digest);
  }
  return found;
}

std::optional<uint64_t> present_size(const ObjectStore& store, const Digest& digest) {
  if (auto found = store.packs().find(digest)) return found->entry.size;
  auto loose = store.stat(digest);
  if (!loose) return std::nullopt;
  return loose->size;
}

bool Marker::is_tree(const Root& root) const {
  if (root.kind == RootKind::tree) return true;
  if (root.kind == RootKind::blob) return false;
  // A file of the user's may begin like a tree; only one that parses is taken for one. Marking too
  // much is harmless; what a damaged one named is unknown, so view() throws.
  if (!looks_like_tree(store_.head(root.digest, 16))) return false;
  ObjectView bytes = store_.view(root.digest);
  try {
    parse_tree(bytes.text(), "");
    return true;
  } catch (const Error&) {
    return false;
  }
}

void Marker::note_missing(const Root& root, bool known) {
  bool excused = root.may_be_absent || root.kind == RootKind::blob;
  if (!known && excused) excused_.insert(root.digest);
  if (!known || (!excused && excused_.erase(root.digest) > 0)) missing_.push_back(root);
}

void Marker::mark(const Root& first) {
  // An explicit stack: the depth of a damaged or hostile tree must not be the depth of ours.
  std::vector<Root> pending = {first};
  while (!pending.empty()) {
    Root root = std::move(pending.back());
    pending.pop_back();
    bool known = !marked_.insert(root.digest).second;
    if (opened_.contains(root.digest) || (known && root.kind == RootKind::blob)) continue;
    auto size = present_size(store_, root.digest);
    if (!size) {
      note_missing(root, known);
      continue;
    }
    if (!known) {
      ++objects_;
      bytes_ += *size;
    }
    if (is_tree(root)) mark_tree(root, pending);
  }
}

void Marker::mark_tree(const Root& tree, std::vector<Root>& pending) {
  opened_.insert(tree.digest);
  ++trees_;
  std::string bytes = store_.read(tree.digest);
  for (const TreeEntry& entry :
       parse_tree(bytes, "sha256:" + tree.digest.brief() + " of " + quoted(tree.referrer))) {
    if (on_entry) on_entry(tree, entry);
    bool below = entry.mode == kDirectoryMode || entry.mode == kLeafMode;
    std::string referrer = tree.referrer;
    if (entry.mode != kLeafMode) referrer += "/" + printable(entry.name);
    pending.push_back({entry.digest, below ? RootKind::tree : RootKind::blob, std::move(referrer)});
  }
}

}  // namespace mlo::store
