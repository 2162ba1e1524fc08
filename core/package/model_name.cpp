#include <fmt/format.h>

#include "base/error.hpp"
#include "base/text.hpp"
#include "package/registry.hpp"

namespace mlo::package {
namespace {

bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
         c == '_' || c == '-';
}

int hex_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

}  // namespace

std::string encode_name(std::string_view name) {
  // A leading dot would hide the directory, and "." and ".." are no names at all.
  std::string out;
  for (size_t i = 0; i < name.size(); ++i) {
    const char c = name[i];
    if (is_safe(c) && !(i == 0 && c == '.')) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

std::optional<std::string> decode_name(std::string_view file) {
  std::string out;
  for (size_t i = 0; i < file.size(); ++i) {
    if (file[i] != '%') {
      out += file[i];
      continue;
    }
    if (i + 2 >= file.size()) return std::nullopt;
    const int high = hex_digit(file[i + 1]), low = hex_digit(file[i + 2]);
    if (high < 0 || low < 0) return std::nullopt;
    out += static_cast<char>(high * 16 + low);
    i += 2;
  }
  // One name, one directory: what encode_name would not have written is not ours.
  if (out.empty() || encode_name(out) != file) return std::nullopt;
  return out;
}

std::string model_name(std::string_view text) {
  if (!text.starts_with("model:")) return std::string(text);
  const repo::Reference reference = repo::parse_reference(text);
  if (reference.version || !reference.alias.empty()) {
    throw usage(fmt::format("{} names a version, and a model is asked for", quoted(text)),
                "model:" + reference.name);
  }
  return reference.name;
}

}  // namespace mlo::package
