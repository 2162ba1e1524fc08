#include "data/tree_edit.hpp"

#include <algorithm>

namespace mlo::data {
namespace {

store::TreeEntry edited(store::ObjectStore& store, store::Batch& batch, const Digest* tree,
                        std::string_view path, const std::optional<store::TreeEntry>& entry) {
  std::vector<store::TreeEntry> entries;
  if (tree) entries = store::read_tree(store, *tree);
  size_t slash = path.find('/');
  std::string_view name = path.substr(0, slash);
  auto place = std::find_if(entries.begin(), entries.end(),
                            [&](const store::TreeEntry& other) { return other.name == name; });
  std::optional<store::TreeEntry> replacement = entry;
  if (slash != std::string_view::npos) {
    bool directory = place != entries.end() && place->is_directory();
    if (!entry && !directory) return store::write_tree(batch, std::move(entries));
    replacement =
        edited(store, batch, directory ? &place->digest : nullptr, path.substr(slash + 1), entry);
  }
  if (place != entries.end()) entries.erase(place);
  if (replacement) {
    replacement->name = name;
    entries.push_back(std::move(*replacement));
  }
  return store::write_tree(batch, std::move(entries));
}

}  // namespace

store::TreeEntry with_path(store::ObjectStore& store, store::Batch& batch, const Digest& root,
                           std::string_view path, const std::optional<store::TreeEntry>& entry) {
  return edited(store, batch, &root, path, entry);
}

}  // namespace mlo::data
