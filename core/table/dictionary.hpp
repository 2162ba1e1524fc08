// Distinct strings and their numbers, in order of first appearance: the coding of string columns and
// of vocabularies. Open addressing over the values themselves; a look-up is one hash and, nearly
// always, one comparison. Copyable; concurrent find() is safe.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlo::table {

class Dictionary {
 public:
  /// The number of `text`, -1 if it is not there.
  int32_t find(std::string_view text) const;
  /// The number of `text`, added if new.
  int32_t add(std::string_view text);
  const std::vector<std::string>& values() const { return values_; }
  std::vector<std::string> take() { return std::move(values_); }
  size_t size() const { return values_.size(); }

 private:
  size_t slot_of(std::string_view text, uint32_t hash) const;
  void grow();

  std::vector<std::string> values_;
  std::vector<uint32_t> hashes_;
  std::vector<uint32_t> slots_;  ///< number + 1, 0 is empty; a power of two
};

}  // namespace mlo::table
