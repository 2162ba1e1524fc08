// Little-endian integers in byte strings, for packs and indexes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace mlo::store {

template <typename Integer>
void append_little(std::string& out, Integer value) {
  for (size_t i = 0; i < sizeof value; ++i) out.push_back(static_cast<char>(value >> (8 * i)));
}

template <typename Integer>
Integer read_little(std::span<const std::byte> bytes) {
  Integer value = 0;
  for (size_t i = 0; i < sizeof value; ++i) value |= static_cast<Integer>(bytes[i]) << (8 * i);
  return value;
}

}  // namespace mlo::store
