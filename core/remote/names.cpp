#include "remote/names.hpp"

#include "base/text.hpp"

namespace mlo::remote {

void check_name(const std::string& name) {
  bool good = !name.empty() && name.size() <= 1024 && name.find('\0') == std::string::npos;
  for (std::string_view part : split(name, '/')) {
    good = good && !part.empty() && part != "." && part != "..";
  }
  if (!good) throw usage(quoted_start(name) + " is no name of a file in a remote");
}

void check_put_name(const std::string& name) {
  check_name(name);
  if (is_hidden(name)) {
    throw usage(quoted_start(name) + " cannot be put: names with a leading '.' are a remote's own");
  }
}

void check_prefix(const std::string& prefix) {
  if (prefix.empty()) return;
  if (!prefix.ends_with('/')) throw usage(quoted_start(prefix) + " does not end with '/'");
  check_name(prefix.substr(0, prefix.size() - 1));
}

bool is_hidden(const std::string& name) {
  return name.starts_with('.') || name.find("/.") != std::string::npos;
}

Error too_large(const std::string& name, std::optional<uint64_t> size, uint64_t limit) {
  std::string bytes = size ? std::to_string(*size) + " bytes, " : "";
  return failure(quoted(name) + " has " + bytes + "more than the " + std::to_string(limit) +
                 " bytes that it may have");
}

}  // namespace mlo::remote
