#include "table/raw_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"
#include "table/value_text.hpp"

namespace mlo::table {
namespace {
constexpr size_t kReadBlock = 64 << 10;
}

Cell Cell::text(std::string_view text) {
  if (text.size() > std::numeric_limits<uint32_t>::max()) throw failure("a value above 4 GiB");
  Cell cell;
  cell.kind_ = Kind::text;
  cell.text_ = text.data();
  cell.size_ = static_cast<uint32_t>(text.size());
  return cell;
}

Cell Cell::nested(std::string_view json) {
  Cell cell = text(json);
  cell.kind_ = Kind::nested;
  return cell;
}

Cell Cell::number(double value) {
  return std::isnan(value) ? missing() : with(Kind::number, value);
}

Cell Cell::integer(int64_t value) {
  // Up to here the double's text has all the digits (category_text).
  constexpr int64_t kPlain = 1'000'000'000'000'000;
  if (-kPlain < value && value < kPlain) return with(Kind::number, static_cast<double>(value));
  Cell cell;
  cell.kind_ = Kind::number;
  cell.integer_ = value;
  cell.size_ = kInteger;
  return cell;
}

Cell Cell::date(double days) { return std::isnan(days) ? missing() : with(Kind::date, days); }

std::string cell_text(const Cell& cell) {
  char buffer[32];
  switch (cell.kind()) {
    case Cell::Kind::text:
      return std::string(cell.as_text());
    case Cell::Kind::number:
      if (const auto exact = cell.exact_integer()) return std::to_string(*exact);
      return std::string(category_text(cell.as_number(), buffer));
    case Cell::Kind::boolean:
      return cell.as_boolean() ? "true" : "false";
    case Cell::Kind::date:
      return date_text(cell.as_number());
    case Cell::Kind::absent:
    case Cell::Kind::missing:
    case Cell::Kind::nested:
      break;
  }
  return "";
}

void RawRows::reset() {
  clear_cells();
  used_ = 0;
}

void RawRows::clear_cells() {
  for (size_t i = 0; i < used_; ++i) columns_[i].cells_.clear();
  block_ = 0;
  filled_ = 0;
  lines_.clear();
}

RawColumn& RawRows::column(std::string_view name) {
  size_t index = index_of(name, used_);
  if (index != SIZE_MAX) return columns_[index];
  if (used_ == columns_.size()) columns_.emplace_back();
  RawColumn& column = columns_[used_++];
  column.name_.assign(name);
  column.cells_.clear();
  return column;
}

const RawColumn* RawRows::find(std::string_view name) const {
  size_t index = index_of(name);
  return index == SIZE_MAX ? nullptr : &columns_[index];
}

size_t RawRows::index_of(std::string_view name, size_t hint) const {
  if (hint < used_ && columns_[hint].name_ == name) return hint;
  for (size_t i = 0; i < used_; ++i) {
    if (columns_[i].name_ == name) return i;
  }
  return SIZE_MAX;
}

size_t RawRows::rows() const {
  size_t rows = 0;
  for (size_t i = 0; i < used_; ++i) rows = std::max(rows, columns_[i].size());
  return rows;
}

void RawRows::seal(const std::string& name) const {
  for (size_t i = 1; i < used_; ++i) {
    const RawColumn &first = columns_[0], &other = columns_[i];
    if (first.size() == other.size()) continue;
    throw failure(name + ": column " + quoted(other.name()) + " has " +
                  std::to_string(other.size()) + " values, " + quoted(first.name()) + " has " +
                  std::to_string(first.size()));
  }
}

char* RawRows::allocate(size_t size) {
  while (block_ < blocks_.size() && filled_ + size > blocks_[block_].size) {
    ++block_;
    filled_ = 0;
  }
  if (block_ == blocks_.size()) {
    size_t room = std::max(size, kReadBlock);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(room), room});
  }
  char* place = blocks_[block_].bytes.get() + filled_;
  filled_ += size;
  return place;
}

std::string_view RawRows::keep(std::string_view text) {
  if (text.empty()) return {};
  char* place = allocate(text.size());
  std::memcpy(place, text.data(), text.size());
  return {place, text.size()};
}

void RawRows::copy_first(size_t count, RawRows& out) const {
  out.reset();
  out.source_ = source_;
  for (size_t i = 0; i < used_; ++i) {
    const std::vector<Cell>& cells = columns_[i].cells_;
    const auto end = cells.begin() + static_cast<ptrdiff_t>(std::min(count, cells.size()));
    out.column(columns_[i].name_).cells_.assign(cells.begin(), end);
  }
  out.lines_.assign(lines_.begin(),
                    lines_.begin() + static_cast<ptrdiff_t>(std::min(count, lines_.size())));
}

void RawRows::set_line(size_t row, uint64_t line) {
  if (row >= lines_.size()) lines_.resize(row + 1, 0);
  lines_[row] = line;
}

std::string RawRows::where(size_t row) const {
  if (row < lines_.size() && lines_[row] != 0) {
    return source_ + ":" + std::to_string(lines_[row]);
  }
  return "row " + std::to_string(row + 1);
}

}  // namespace mlo::table
