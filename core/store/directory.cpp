#include "store/directory.hpp"

#include <dirent.h>

#include <algorithm>
#include <cerrno>
#include <memory>
#include <optional>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::store {

std::vector<std::string> names_in(const std::string& directory) {
  std::vector<std::string> names;
  std::unique_ptr<DIR, int (*)(DIR*)> stream(::opendir(directory.c_str()), ::closedir);
  if (!stream) {
    if (errno == ENOENT) return names;
    throw system_error("cannot read directory " + quoted(directory), errno);
  }
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(stream.get());
    if (entry == nullptr) break;
    std::string_view name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name);
  }
  if (errno != 0) throw system_error("cannot read directory " + quoted(directory), errno);
  std::sort(names.begin(), names.end());
  return names;
}

void for_each_loose(const std::string& store_path, std::string_view prefix,
                    const std::function<void(const std::string&, const Digest*)>& visit) {
  std::string root = store_path + "/loose";
  std::string_view first = prefix.substr(0, 2);
  for (const std::string& directory : names_in(root)) {
    if (!std::string_view(directory).starts_with(first)) continue;
    std::string path = root + "/" + directory;
    if (!is_directory(path)) {
      visit(path, nullptr);
      continue;
    }
    for (const std::string& name : names_in(path)) {
      std::optional<Digest> digest = parse_digest(directory + name);
      bool valid = digest && directory.size() == 2 && digest->hex() == directory + name;
      visit(path + "/" + name, valid ? &*digest : nullptr);
    }
  }
}

}  // namespace mlo::store
