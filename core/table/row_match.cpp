#include "table/row_match.hpp"

namespace mlo::table {
namespace {

constexpr size_t kFirstSlots = 1024;  // a power of two, as all sizes
constexpr uint64_t kSides = 3;        // the bits of Hash128::high that name sides

bool full(size_t size, size_t slots) { return 4 * (size + 1) > 3 * slots; }

}  // namespace

WaitingRows::WaitingRows() : slots_(kFirstSlots) {}

size_t WaitingRows::slot_for(const Hash128& hash) const {
  size_t slot = home(hash);
  while (taken(slot) && !(slots_[slot].hash == hash)) slot = (slot + 1) & (slots_.size() - 1);
  return slot;
}

WaitingRow* WaitingRows::find(const Hash128& hash) {
  const size_t slot = slot_for(hash);
  return taken(slot) ? &slots_[slot] : nullptr;
}

void WaitingRows::insert(const WaitingRow& row) {
  if (full(size_, slots_.size())) grow();
  slots_[slot_for(row.hash)] = row;
  ++size_;
}

void WaitingRows::erase(WaitingRow* entry) {
  // Entries behind the gap move up until one stands at home: no tombstones, which would fill the table
  // where rows come and go.
  const size_t mask = slots_.size() - 1;
  auto gap = static_cast<size_t>(entry - slots_.data());
  for (size_t next = (gap + 1) & mask; taken(next); next = (next + 1) & mask) {
    const size_t distance = (next - home(slots_[next].hash)) & mask;
    if (distance < ((next - gap) & mask)) continue;
    slots_[gap] = slots_[next];
    gap = next;
  }
  slots_[gap] = {};
  --size_;
}

void WaitingRows::clear() {
  slots_.assign(kFirstSlots, {});
  slots_.shrink_to_fit();
  size_ = 0;
}

void WaitingRows::grow() {
  std::vector<WaitingRow> old(2 * slots_.size());
  old.swap(slots_);
  for (const WaitingRow& row : old) {
    if (row.row != 0) slots_[slot_for(row.hash)] = row;
  }
}

void WaitingRows::for_each(const std::function<void(const WaitingRow&)>& visit) const {
  for (const WaitingRow& row : slots_) {
    if (row.row != 0) visit(row);
  }
}

SeenKeys::SeenKeys() : slots_(kFirstSlots) {}

size_t SeenKeys::slot_for(const Hash128& key) const {
  const size_t mask = slots_.size() - 1;
  size_t slot = key.low & mask;
  for (;; slot = (slot + 1) & mask) {
    const Hash128& entry = slots_[slot];
    if ((entry.high & kSides) == 0) return slot;
    if (entry.low == key.low && ((entry.high ^ key.high) & ~kSides) == 0) return slot;
  }
}

bool SeenKeys::add(const Hash128& key, Side side) {
  if (full(size_, slots_.size())) grow();
  Hash128& entry = slots_[slot_for(key)];
  const uint64_t bit = side == Side::before ? 1 : 2;
  if ((entry.high & kSides) == 0) {
    entry = {key.low, (key.high & ~kSides) | bit};
    ++size_;
    return true;
  }
  if ((entry.high & bit) != 0) return false;
  entry.high |= bit;
  return true;
}

void SeenKeys::clear() {
  slots_.assign(kFirstSlots, {});
  slots_.shrink_to_fit();
  size_ = 0;
}

void SeenKeys::grow() {
  std::vector<Hash128> old(2 * slots_.size());
  old.swap(slots_);
  for (const Hash128& key : old) {
    if ((key.high & kSides) != 0) slots_[slot_for(key)] = key;
  }
}

}  // namespace mlo::table
