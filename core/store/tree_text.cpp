#include "store/tree_text.hpp"

#include <array>
#include <charconv>

namespace mlo::store {
namespace {

template <int kBase>
void append_number(std::string& out, uint64_t value) {
  std::array<char, 24> text;
  auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value, kBase);
  out.append(text.data(), static_cast<size_t>(end - text.data()));
  out += ' ';
}

}  // namespace

void append_tree_entry(std::string& out, uint32_t mode, const Digest& digest, uint64_t size,
                       uint64_t count, std::string_view name) {
  static constexpr char kDigits[] = "0123456789abcdef";
  append_number<8>(out, mode);
  std::array<char, 65> hex;
  for (size_t i = 0; i < digest.bytes.size(); ++i) {
    hex[2 * i] = kDigits[digest.bytes[i] >> 4];
    hex[2 * i + 1] = kDigits[digest.bytes[i] & 15];
  }
  hex[64] = ' ';
  out.append(hex.data(), hex.size());
  append_number<10>(out, size);
  append_number<10>(out, count);
  out.append(name) += '\0';
}

}  // namespace mlo::store
