#include "store/mark.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
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

void Marker::mark(const Root& first) {
  // An explicit stack: the depth of a damaged or hostile tree must not be the depth of ours.
  std::vector<Root> pending = {first};
  while (!pending.empty()) {
    Root root = std::move(pending.back());
    pending.pop_back();
    bool known = !marked_.insert(root.digest).second;
    if (opened_.contains(root.digest) || (known && root.kind == RootKind::blob)) continue;
    auto stat = store_.stat(root.digest);
    if (!stat) {
      if (!known) missing_.push_back(root);
      continue;
    }
    if (!known) bytes_ += stat->size;
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
