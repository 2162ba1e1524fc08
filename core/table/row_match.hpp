// Matching the rows of two tables that are read side by side, in memory that grows with their
// disagreement and not with their size: a row waits only until its like comes on the other side, so a
// block that was inserted costs its own length and no more. Open addressing, 32 bytes an entry.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "table/row_hash.hpp"

namespace mlo::table {

enum class Side : uint8_t { before, after };

/// A row that has found no like yet. Equal rows of one side share an entry.
struct WaitingRow {
  Hash128 hash;
  uint64_t value = 0;  ///< as the caller likes: how many there are, or a hash of the other cells
  uint64_t row : 63 = 0;
  uint64_t side : 1 = 0;
};
static_assert(sizeof(WaitingRow) == 32);

class WaitingRows {
 public:
  WaitingRows();
  size_t size() const { return size_; }
  /// nullptr when there is none; valid until insert or erase.
  WaitingRow* find(const Hash128& hash);
  /// There is no entry of this hash yet.
  void insert(const WaitingRow& row);
  void erase(WaitingRow* entry);
  void clear();
  void for_each(const std::function<void(const WaitingRow&)>& visit) const;

 private:
  size_t home(const Hash128& hash) const { return hash.low & (slots_.size() - 1); }
  bool taken(size_t slot) const { return slots_[slot].row != 0; }
  size_t slot_for(const Hash128& hash) const;
  void grow();

  std::vector<WaitingRow> slots_;  // row 0 is an empty slot: rows count from 1
  size_t size_ = 0;
};

/// Which keys occurred on which side, 16 bytes an entry: 126 bits of the hash and one bit a side.
class SeenKeys {
 public:
  SeenKeys();
  size_t size() const { return size_; }
  /// False when this side had the key before.
  bool add(const Hash128& key, Side side);
  void clear();

 private:
  size_t slot_for(const Hash128& key) const;
  void grow();

  std::vector<Hash128> slots_;  // no bit of a side set: empty
  size_t size_ = 0;
};

}  // namespace mlo::table
