#include "table/row_shape.hpp"

#include <algorithm>
#include <array>

#include "base/error.hpp"
#include "table/value_text.hpp"

namespace mlo::table {
namespace {

enum Bit : unsigned { kNumber = 1, kBoolean = 2, kDate = 4, kNested = 8, kAll = 15 };

/// Narrowed by every value to what all of them are; 0 is text.
class KindOf {
 public:
  void add(const Cell& cell) {
    if (seen_ && possible_ == 0) return;  // text stays text: no value is parsed any more
    switch (cell.kind()) {
      case Cell::Kind::absent:
      case Cell::Kind::missing:
        return;
      case Cell::Kind::text:
        return add_text(cell.as_text());
      case Cell::Kind::number:
        return narrow(kNumber);
      case Cell::Kind::boolean:
        return narrow(kBoolean);
      case Cell::Kind::date:
        return narrow(kDate);
      case Cell::Kind::nested:
        return narrow(kNested);
    }
  }

  ColumnKind kind() const {
    if (!seen_) return ColumnKind::empty;
    if (possible_ & kNumber) return ColumnKind::numeric;
    if (possible_ & kBoolean) return ColumnKind::boolean;
    if (possible_ & kDate) return ColumnKind::date;
    return possible_ & kNested ? ColumnKind::nested : ColumnKind::text;
  }

 private:
  void add_text(std::string_view text) {
    if (is_missing(text)) return;
    unsigned bits = 0;
    if ((possible_ & kNumber) && parse_number(text)) bits |= kNumber;
    if ((possible_ & kBoolean) && is_boolean_word(text)) bits |= kBoolean;
    if (bits == 0 && (possible_ & kDate) && parse_date(text)) bits |= kDate;
    narrow(bits);
  }
  void narrow(unsigned bits) {
    possible_ &= bits;
    seen_ = true;
  }
  unsigned possible_ = kAll;
  bool seen_ = false;
};

class Shape {
 public:
  Shape(const RowSource& source, const std::atomic<bool>* cancelled)
      : cursor_(source, cancelled), cancelled_(cancelled) {}

  TableShape run() {
    while (cursor_.next()) {
      if (cancelled_ != nullptr && *cancelled_) throw interrupted();
      look();
    }
    shape_.rows = cursor_.total();
    shape_.format = cursor_.format();
    // A CSV file of a header alone has columns, too.
    for (const std::string& name : cursor_.header()) place_of(name);
    for (size_t i = 0; i < kinds_.size(); ++i) shape_.columns[i].kind = kinds_[i].kind();
    return std::move(shape_);
  }

 private:
  void look() {
    const RawRows& rows = cursor_.rows();
    for (size_t i = 0; i < rows.columns(); ++i) {
      const RawColumn& column = rows.at(i);
      KindOf& kind = kinds_[place_of(column.name(), i)];
      for (size_t row = 0; row < column.size(); ++row) kind.add(column[row]);
    }
  }

  size_t place_of(const std::string& name, size_t hint = 0) {
    if (hint < shape_.columns.size() && shape_.columns[hint].name == name) return hint;
    const auto found = std::ranges::find(shape_.columns, name, &ShapeColumn::name);
    const auto place = static_cast<size_t>(found - shape_.columns.begin());
    if (found == shape_.columns.end()) {
      shape_.columns.push_back({name, ColumnKind::empty});
      kinds_.emplace_back();
    }
    return place;
  }

  RowCursor cursor_;
  const std::atomic<bool>* cancelled_;
  TableShape shape_;
  std::vector<KindOf> kinds_;
};

}  // namespace

std::string_view kind_name(ColumnKind kind) {
  static constexpr std::array<std::string_view, 6> kNames = {"empty", "numeric", "boolean",
                                                             "date",  "text",    "nested"};
  return kNames[static_cast<size_t>(kind)];
}

const ShapeColumn* TableShape::find(std::string_view name) const {
  const auto found = std::ranges::find(columns, name, &ShapeColumn::name);
  return found == columns.end() ? nullptr : &*found;
}

std::vector<std::string> TableShape::names() const {
  std::vector<std::string> names;
  for (const ShapeColumn& column : columns) names.push_back(column.name);
  return names;
}

TableShape shape_of(const RowSource& source, const std::atomic<bool>* cancelled) {
  return Shape(source, cancelled).run();
}

}  // namespace mlo::table
