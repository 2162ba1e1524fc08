// Lists of files with their contents, as DVC's directory objects are, as trees.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "store/batch.hpp"
#include "store/tree.hpp"

namespace mlo::data {

struct ListedFile {
  std::string path;  ///< relative to the directory, checked: bad_listed_name, conflict_of
  uint32_t mode = store::kFileMode;
  Digest digest;
  uint64_t size = 0;
};

/// Why a tree cannot hold one of the names: "'a/.git' is '.git'"; nullopt if it can.
std::optional<std::string> bad_listed_name(const std::string& path);
/// Why files of these paths cannot be in one directory: "two files 'a'", "'a' is a file and a directory".
std::optional<std::string> conflict_of(std::vector<std::string_view> paths);
/// Throws usage, naming `from`, when files of these paths cannot become a tracked directory: for the reasons
/// above, or as one is a pointer or a .mloignore, which mean something else here.
void check_listing(std::vector<std::string_view> paths, const std::string& from);
/// The tree of the files, stored in `batch`.
store::TreeEntry write_listed_tree(const std::vector<ListedFile>& files, store::Batch& batch);

}  // namespace mlo::data
