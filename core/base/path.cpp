// Lexical path operations of text.hpp: no file system access, any bytes.
#include "base/text.hpp"

namespace mlo {

std::string join_path(std::string_view directory, std::string_view name) {
  if (directory.empty() || name.starts_with('/')) return std::string(name);
  std::string path(directory);
  if (name.empty()) return path;
  if (path.back() != '/') path += '/';
  return path += name;
}

std::string_view parent_path(std::string_view path) {
  size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return {};
  return slash == 0 ? path.substr(0, 1) : path.substr(0, slash);
}

std::string_view file_name(std::string_view path) {
  size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string normal_path(std::string_view path, std::string_view base) {
  std::string whole = join_path(base, path);
  std::vector<std::string_view> kept;
  for (std::string_view part : split(whole, '/')) {
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      if (!kept.empty()) kept.pop_back();
    } else {
      kept.push_back(part);
    }
  }
  std::string result;
  for (std::string_view part : kept) (result += '/') += part;
  return result.empty() ? "/" : result;
}

std::optional<std::string> relative_to(std::string_view path, std::string_view root) {
  if (path == root) return "";
  if (root == "/") return std::string(path.substr(1));
  if (!path.starts_with(root) || path[root.size()] != '/') return std::nullopt;
  return std::string(path.substr(root.size() + 1));
}

}  // namespace mlo
