#include "data/lfs_pointer.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mlo::data {
namespace {

/// Also the names that the format had before; git-lfs still reads them.
constexpr std::string_view kVersions[] = {"https://git-lfs.github.com/spec/v1",
                                          "https://hawser.github.com/spec/v1",
                                          "http://git-media.io/v/2"};

bool is_key(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-';
  });
}

struct Line {
  std::string_view key, value;
};

/// Takes one line off the front; nullopt when it is none.
std::optional<Line> take_line(std::string_view& text) {
  size_t end = text.find('\n');
  if (end == std::string_view::npos) return std::nullopt;
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  size_t space = line.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  Line taken{line.substr(0, space), line.substr(space + 1)};
  if (!is_key(taken.key) || taken.value.empty()) return std::nullopt;
  return taken;
}

std::optional<uint64_t> size_of(std::string_view value) {
  bool digits =
      std::all_of(value.begin(), value.end(), [](char c) { return c >= '0' && c <= '9'; });
  auto number = digits ? parse_int(value) : std::nullopt;
  if (!number) return std::nullopt;
  return static_cast<uint64_t>(*number);
}

}  // namespace

std::optional<LfsPointer> parse_lfs_pointer(std::string_view text) {
  if (text.size() > kLfsPointerLimit || !is_utf8(text)) return std::nullopt;
  auto version = take_line(text);
  if (!version || version->key != "version" ||
      std::find(std::begin(kVersions), std::end(kVersions), version->value) ==
          std::end(kVersions)) {
    return std::nullopt;
  }
  LfsPointer pointer;
  std::optional<Digest> oid;
  std::optional<uint64_t> size;
  std::string_view before;
  while (!text.empty()) {
    auto line = take_line(text);
    if (!line || line->key <= before) return std::nullopt;
    before = line->key;
    if (line->key == "oid") {
      if (line->value.starts_with("sha256:")) oid = parse_digest(line->value);
    } else if (line->key == "size") {
      size = size_of(line->value);
    } else if (line->key.starts_with("ext-")) {
      pointer.extended = true;
    } else {
      return std::nullopt;
    }
  }
  if (!oid || !size) return std::nullopt;
  pointer.oid = *oid;
  pointer.size = *size;
  return pointer;
}

std::string lfs_object_name(const Digest& oid) {
  std::string hex = oid.hex();
  return hex.substr(0, 2) + "/" + hex.substr(2, 2) + "/" + hex;
}

}  // namespace mlo::data
