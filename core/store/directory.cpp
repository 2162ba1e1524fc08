#include "store/directory.hpp"

#include <optional>

#include "base/descriptor.hpp"
#include "base/text.hpp"

namespace mlo::store {

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
