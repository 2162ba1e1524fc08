#include "table/row_hash.hpp"

#include <bit>
#include <cstring>
#include <random>

namespace mlo::table {
namespace {

struct Seed {
  uint64_t low, high;
};

const Seed& seed() {
  static const Seed value = [] {
    std::random_device device;
    auto word = [&] { return static_cast<uint64_t>(device()) << 32 | device(); };
    return Seed{word(), word()};
  }();
  return value;
}

/// The 128-bit product of two words folded (the step of wyhash and of MUM, V. Makarov).
uint64_t fold(uint64_t a, uint64_t b) {
  const auto product = static_cast<unsigned __int128>(a) * b;
  return static_cast<uint64_t>(product) ^ static_cast<uint64_t>(product >> 64);
}

constexpr uint64_t kLow = 0x9E3779B97F4A7C15, kHigh = 0xD6E8FEB86659FD93;

}  // namespace

RowHasher::RowHasher(std::vector<std::string> columns, CellForm form)
    : columns_(std::move(columns)), hints_(columns_.size()), form_(form) {
  for (size_t i = 0; i < hints_.size(); ++i) hints_[i] = i;
}

void RowHasher::take(uint64_t word) {
  low_ = fold(low_ ^ word, kLow ^ high_);
  high_ = fold(high_ ^ std::rotl(word, 32), kHigh) + word;
}

void RowHasher::take(std::string_view bytes) {
  take(bytes.size());
  size_t at = 0;
  uint64_t word = 0;
  for (; at + 8 <= bytes.size(); at += 8) {
    std::memcpy(&word, bytes.data() + at, 8);
    take(word);
  }
  if (at == bytes.size()) return;
  word = 0;
  std::memcpy(&word, bytes.data() + at, bytes.size() - at);
  take(word);
}

void RowHasher::cell(const Cell& cell) {
  using Kind = Cell::Kind;
  if (form_ == CellForm::text && cell.kind() != Kind::nested) {
    if (cell.kind() == Kind::text) return take(cell.as_text());
    return take(cell_text(cell));
  }
  // A key that a JSONL row lacks is the same as null: which rows lack it is an accident of writing.
  const bool missing = cell.kind() == Kind::absent || cell.kind() == Kind::missing;
  take(static_cast<uint64_t>(missing ? Kind::missing : cell.kind()) << 56);
  switch (cell.kind()) {
    case Kind::text:
    case Kind::nested:
      return take(cell.as_text());
    case Kind::number:
      if (const auto exact = cell.exact_integer()) {
        take(static_cast<uint64_t>(*exact));
        return take(uint64_t{1});  // beside the doubles, which may have the same bits
      }
      [[fallthrough]];
    case Kind::date:
      return take(std::bit_cast<uint64_t>(cell.as_number() + 0.0));  // -0.0 is 0.0
    case Kind::boolean:
      return take(static_cast<uint64_t>(cell.as_boolean()));
    case Kind::absent:
    case Kind::missing:
      return;
  }
}

Hash128 RowHasher::operator()(const RawRows& rows, size_t row) {
  low_ = seed().low;
  high_ = seed().high;
  for (size_t i = 0; i < columns_.size(); ++i) {
    size_t& hint = hints_[i];
    const size_t index = rows.index_of(columns_[i], hint);
    if (index == SIZE_MAX) {
      cell(Cell::absent());
    } else {
      hint = index;
      cell(rows.at(index)[row]);
    }
  }
  take(columns_.size());
  return {low_, high_};
}

}  // namespace mlo::table
