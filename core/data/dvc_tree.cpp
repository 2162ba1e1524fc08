#include "data/dvc_tree.hpp"

#include <algorithm>
#include <unordered_map>

#include "base/text.hpp"

namespace mlo::data {
namespace {

/// Directories get their index when they are first met, so parents come before children.
class Layout {
 public:
  Layout() { scan_.directories.emplace_back(); }

  void add(const ListedFile& file) {
    ScanEntry entry;
    entry.name = file_name(file.path);
    entry.mode = file.mode;
    entry.digest = file.digest;
    entry.size = file.size;
    size_t directory = index_of(std::string(parent_path(file.path)));
    scan_.directories[directory].entries.push_back(std::move(entry));
  }

  Scan take() { return std::move(scan_); }

 private:
  size_t index_of(const std::string& path) {
    if (path.empty()) return 0;
    auto known = indexes_.find(path);
    if (known != indexes_.end()) return known->second;
    size_t parent = index_of(std::string(parent_path(path)));
    ScanEntry entry;
    entry.name = file_name(path);
    entry.mode = store::kDirectoryMode;
    entry.directory = scan_.directories.size();
    indexes_[path] = entry.directory;
    scan_.directories.push_back({path, {}});
    scan_.directories[parent].entries.push_back(std::move(entry));
    return indexes_[path];
  }

  Scan scan_;
  std::unordered_map<std::string, size_t> indexes_;
};

}  // namespace

std::optional<std::string> bad_listed_name(const std::string& path) {
  for (std::string_view part : split(path, '/')) {
    if (auto bad = store::bad_tree_name(part))
      return quoted(path) + ": " + quoted(part) + " " + *bad;
  }
  return std::nullopt;
}

store::TreeEntry write_listed_tree(const std::vector<ListedFile>& files, store::Batch& batch) {
  Layout layout;
  for (const ListedFile& file : files) layout.add(file);
  Scan scan = layout.take();
  build(scan, [&](std::string_view bytes) { return batch.add(bytes); });
  return scan.root;
}

}  // namespace mlo::data
