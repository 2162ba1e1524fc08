#include "table/dictionary.hpp"

#include <cstring>
#include <limits>

#include "base/error.hpp"

namespace mlo::table {
namespace {

uint64_t load(const char* at, size_t size) {
  uint64_t word = 0;
  std::memcpy(&word, at, size);
  return word;
}

uint64_t mix(uint64_t a, uint64_t b) {
  auto product = static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15) * (b ^ 0xBF58476D1CE4E5B9);
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

// Categories are short: two overlapping loads and one multiplication for up to 16 bytes (wyhash's
// idea), a third of the time of std::hash, which is a call to MurmurHash.
uint32_t hash_of(std::string_view text) {
  const char* at = text.data();
  size_t size = text.size();
  uint64_t hash = size;
  for (; size > 16; at += 16, size -= 16) hash = mix(load(at, 8) ^ hash, load(at + 8, 8));
  if (size >= 8) {
    hash = mix(load(at, 8) ^ hash, load(at + size - 8, 8));
  } else if (size >= 4) {
    hash = mix(load(at, 4) ^ hash, load(at + size - 4, 4));
  } else if (size > 0) {
    auto byte = [&](size_t i) { return static_cast<uint64_t>(static_cast<unsigned char>(at[i])); };
    hash = mix(byte(0) << 16 | byte(size / 2) << 8 | byte(size - 1), hash);
  }
  return static_cast<uint32_t>(hash ^ (hash >> 32));
}

}  // namespace

size_t Dictionary::slot_of(std::string_view text, uint32_t hash) const {
  size_t mask = slots_.size() - 1;
  for (size_t slot = hash & mask;; slot = (slot + 1) & mask) {
    uint32_t entry = slots_[slot];
    if (entry == 0) return slot;
    if (hashes_[entry - 1] == hash && values_[entry - 1] == text) return slot;
  }
}

int32_t Dictionary::find(std::string_view text) const {
  if (slots_.empty()) return -1;
  return static_cast<int32_t>(slots_[slot_of(text, hash_of(text))]) - 1;
}

int32_t Dictionary::add(std::string_view text) {
  if (2 * (values_.size() + 1) > slots_.size()) grow();
  uint32_t hash = hash_of(text);
  uint32_t& entry = slots_[slot_of(text, hash)];
  if (entry == 0) {
    if (values_.size() >= static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
      throw failure("a column with more than 2^31 distinct values");
    }
    values_.emplace_back(text);
    hashes_.push_back(hash);
    entry = static_cast<uint32_t>(values_.size());
  }
  return static_cast<int32_t>(entry) - 1;
}

void Dictionary::grow() {
  slots_.assign(slots_.empty() ? 16 : 2 * slots_.size(), 0);
  size_t mask = slots_.size() - 1;
  for (size_t i = 0; i < hashes_.size(); ++i) {
    size_t slot = hashes_[i] & mask;
    while (slots_[slot] != 0) slot = (slot + 1) & mask;
    slots_[slot] = static_cast<uint32_t>(i + 1);
  }
}

}  // namespace mlo::table
