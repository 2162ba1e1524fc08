#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/files.hpp"
#include "format/fast_json.hpp"
#include "remote/chunker.hpp"
#include "store/bytes.hpp"

namespace mlo::remote {
namespace {

using format::JsonNode;

/// The limit of the safetensors library itself.
constexpr uint64_t kMostHeader = 100'000'000;

/// 8 bytes n, n bytes JSON {NAME: {"dtype", "shape", "data_offsets": [begin, end]}}, data.
std::vector<uint64_t> safetensors_offsets(std::span<const std::byte> file) {
  if (file.size() < 10 || file[8] != std::byte{'{'}) return {};
  const auto length = store::read_little<uint64_t>(file.first(8));
  if (length < 2 || length > kMostHeader || length > file.size() - 8) return {};
  const std::string_view header = as_text(file.subspan(8, length));
  const uint64_t data = 8 + length;
  std::vector<uint64_t> offsets = {data};
  auto offset = [&](JsonNode node) {
    const int64_t number = node.integer();
    if (number < 0 || static_cast<uint64_t>(number) > file.size() - data) {
      node.fail("outside the file");
    }
    offsets.push_back(data + static_cast<uint64_t>(number));
  };
  format::read_json(header, file.size() - 8, "header", [&](JsonNode root) {
    root.members([&](std::string_view name, JsonNode tensor) {
      if (name == "__metadata__") return;
      tensor.members([&](std::string_view key, JsonNode value) {
        if (key == "data_offsets") value.items(offset);
      });
    });
  });
  format::release_json();
  return offsets;
}

/// "\x93NUMPY", version 2 bytes, n as u16 (1.x) or u32, n bytes of header, data.
std::vector<uint64_t> npy_offsets(std::span<const std::byte> file) {
  if (file.size() < 12 || !as_text(file).starts_with("\x93NUMPY")) return {};
  const auto major = static_cast<uint8_t>(file[6]);
  if (major < 1 || major > 3) return {};
  if (major == 1) return {uint64_t{10} + store::read_little<uint16_t>(file.subspan(8, 2))};
  return {uint64_t{12} + store::read_little<uint32_t>(file.subspan(8, 4))};
}

std::vector<uint64_t> header_offsets(std::span<const std::byte> file) {
  try {
    auto offsets = safetensors_offsets(file);
    return offsets.empty() ? npy_offsets(file) : offsets;
  } catch (const Error&) {
    return {};  // no JSON: a file of another kind, cut by content alone
  }
}

}  // namespace

std::vector<uint64_t> tensor_cuts(std::span<const std::byte> file) {
  std::vector<uint64_t> cuts = header_offsets(file);
  std::erase_if(cuts, [&](uint64_t cut) { return cut == 0 || cut >= file.size(); });
  std::ranges::sort(cuts);
  cuts.erase(std::ranges::unique(cuts).begin(), cuts.end());
  return cuts;
}

}  // namespace mlo::remote
