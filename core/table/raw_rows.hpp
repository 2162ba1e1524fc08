// A batch of raw rows: columns addressed by name, cells as they came (text, number, boolean). CSV,
// JSONL, a Table and the server's JSON all fill one of these, and the encoder reads nothing else: a
// number 3 and the text "3" encode alike, whoever sent them.
//
// Made to be reused: reset() keeps every buffer, so that a server answers a request without an
// allocation. Not thread-safe. Text is borrowed: it must outlive the batch, or be copied with keep().
//
//   rows.reset();
//   table::RawColumn& age = rows.column("age");
//   age.push(Cell::number(42));
//   rows.column("name").push(Cell::text(rows.keep(unescaped)));
//   rows.seal("request");   // every column has the same number of rows
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlo::table {

/// One raw value, 16 bytes.
class Cell {
 public:
  /// absent: this row does not have the column (JSONL); nested: a JSON list or object.
  enum class Kind : uint8_t { absent, missing, text, number, boolean, date, nested };

  Cell() : number_(0) {}
  static Cell absent() { return Cell(); }
  static Cell missing() { return with(Kind::missing, 0); }
  static Cell text(std::string_view text);
  /// `json`: the list or object as it is written.
  static Cell nested(std::string_view json = {});
  /// NaN becomes a missing value.
  static Cell number(double value);
  /// A number too, kept exactly: not every integer beyond 2^53 is a double.
  static Cell integer(int64_t value);
  static Cell boolean(bool value) { return with(Kind::boolean, value); }
  /// Days since 1970-01-01 (value_text.hpp).
  static Cell date(double days);

  Kind kind() const { return kind_; }
  std::string_view as_text() const { return {text_, size_}; }  ///< text, nested
  /// number, date
  double as_number() const { return size_ == kInteger ? static_cast<double>(integer_) : number_; }
  /// The value of a number that integer() keeps beside its double.
  std::optional<int64_t> exact_integer() const {
    return kind_ == Kind::number && size_ == kInteger ? std::optional(integer_) : std::nullopt;
  }
  bool as_boolean() const { return number_ != 0; }  ///< boolean

 private:
  static Cell with(Kind kind, double value) {
    Cell cell;
    cell.kind_ = kind;
    cell.number_ = value;
    return cell;
  }
  union {
    const char* text_;
    double number_;
    int64_t integer_;
  };
  static constexpr uint32_t kInteger = 1;
  uint32_t size_ = 0;  // of a text or nested; of a number kInteger where integer_ holds it, else 0
  Kind kind_ = Kind::absent;
};

/// What a person typed for this cell: "3", "yes", "2016-03-31"; "" for a missing one.
std::string cell_text(const Cell& cell);

class RawColumn {
 public:
  const std::string& name() const { return name_; }
  size_t size() const { return cells_.size(); }
  const Cell& operator[](size_t row) const { return cells_[row]; }
  void push(Cell cell) { cells_.push_back(cell); }
  /// Appends `Cell::absent()` until there are `rows` cells.
  void pad(size_t rows) { cells_.resize(rows < cells_.size() ? cells_.size() : rows); }
  /// Exactly `rows` cells: cut, or padded with Cell::absent().
  void resize(size_t rows) { cells_.resize(rows); }
  void reserve(size_t rows) { cells_.reserve(rows); }

 private:
  friend class RawRows;
  std::string name_;
  std::vector<Cell> cells_;
};

class RawRows {
 public:
  RawRows() = default;
  RawRows(RawRows&&) = default;
  RawRows& operator=(RawRows&&) = default;

  /// Forgets all columns and kept text; keeps the memory.
  void reset();
  /// Forgets the cells and the kept text; keeps the columns.
  void clear_cells();

  /// The column of that name, added if new. The reference holds until the next column() call.
  RawColumn& column(std::string_view name);
  const RawColumn* find(std::string_view name) const;
  size_t columns() const { return used_; }
  RawColumn& at(size_t index) { return columns_[index]; }
  const RawColumn& at(size_t index) const { return columns_[index]; }
  /// Index of the column; looks at `hint` first (the same batch shape comes again and again).
  /// SIZE_MAX if there is none.
  size_t index_of(std::string_view name, size_t hint = 0) const;

  /// Rows after seal(); before, the longest column.
  size_t rows() const;
  /// Throws (failure, "<name>: column 'b' has 2 values, 'a' has 3") unless all columns are equally
  /// long.
  void seal(const std::string& name) const;

  /// Replaces `out` by the first `count` rows; their text stays that of this batch.
  void copy_first(size_t count, RawRows& out) const;

  /// Copies text into the batch; the view holds until reset() or clear_cells().
  std::string_view keep(std::string_view text);
  /// Room for `size` bytes that the caller fills (unescaping in place).
  char* allocate(size_t size);

  /// For messages: "<source>:<line>" of a row when it was read from a file, else "row <n>".
  void set_source(std::string_view name) { source_.assign(name); }
  const std::string& source() const { return source_; }
  void set_line(size_t row, uint64_t line);
  std::string where(size_t row) const;
  /// 0 when the row was not read from a file.
  uint64_t line(size_t row) const { return row < lines_.size() ? lines_[row] : 0; }

 private:
  std::vector<RawColumn> columns_;  // the first used_ are in use, the others keep their buffers
  size_t used_ = 0;
  struct Block {
    std::unique_ptr<char[]> bytes;
    size_t size = 0;
  };
  std::vector<Block> blocks_;
  size_t block_ = 0;
  size_t filled_ = 0;
  std::string source_;
  std::vector<uint64_t> lines_;
};

}  // namespace mlo::table
