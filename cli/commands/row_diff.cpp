#include "cli/commands/row_diff.hpp"

#include "base/text.hpp"
#include "cli/commands/data_files.hpp"
#include "format/json.hpp"

namespace mlo::cli {
namespace {

using format::Value;
using table::ChangedRow;
using table::ColumnChange;
using table::ListedRow;
using table::RowDiff;

/// "10,000".
std::string grouped(uint64_t number) {
  std::string digits = std::to_string(number);
  for (size_t at = digits.size(); at > 3;) digits.insert(at -= 3, ",");
  return digits;
}

/// A cell on a terminal: short, and without what would move its cursor.
std::string cell_text(const Value& cell) {
  constexpr size_t kLongest = 60;
  if (cell.is_null()) return "null";
  std::string text = cell.is_string() ? cell.as_string() : format::compact_json(cell);
  if (text.empty()) return "''";
  const bool spaced = text.front() == ' ' || text.back() == ' ';
  if (text.size() <= kLongest) return spaced ? quoted(text) : printable(text);
  return quoted_start(text);
}

std::string cells_text(const Value& cells) {
  constexpr size_t kMost = 12;
  std::string text;
  size_t shown = 0;
  for (const Value::Member& cell : cells.as_object()) {
    if (shown++ == kMost) {
      return text + ", ... " + counted(cells.size() - kMost, "more column");
    }
    text += (shown > 1 ? ", " : "") + printable(cell.key) + "=" + cell_text(cell.value);
  }
  return text;
}

void print_column(Output& out, const ColumnChange& column) {
  const std::string name = printable(column.name);
  const auto kind = [](table::ColumnKind kind) { return std::string(table::kind_name(kind)); };
  if (!column.after) {
    out.line("  " + out.paint(Color::red, "- column " + name) + "  " + kind(*column.before));
  } else if (!column.before) {
    out.line("  " + out.paint(Color::green, "+ column " + name) + "  " + kind(*column.after));
  } else {
    out.line("  " + out.paint(Color::yellow, "~ column " + name) + "  " + kind(*column.before) +
             " -> " + kind(*column.after));
  }
}

void print_row(Output& out, const ListedRow& row, Color color, const char* sign) {
  std::string place = "line " + std::to_string(row.place.line);
  if (row.count > 1) place += " (" + grouped(row.count) + " times)";
  out.line("  " + out.paint(color, std::string(sign) + " " + place) + "  " + cells_text(row.cells));
}

void print_row(Output& out, const ChangedRow& row) {
  std::string lines = "line " + std::to_string(row.before.line);
  if (row.after.line != row.before.line) lines += " -> " + std::to_string(row.after.line);
  out.line("  " + out.paint(Color::yellow, "~ " + lines) + "  " + cells_text(row.key));
  for (const ChangedRow::Cell& cell : row.cells) {
    out.line("      " + printable(cell.column) + "  " +
             out.paint(Color::red, cell_text(cell.before)) + " -> " +
             out.paint(Color::green, cell_text(cell.after)));
  }
}

void print_rest(Output& out, uint64_t all, uint64_t listed, const char* what) {
  if (all == listed) return;
  out.line(out.paint(Color::dim, "  ... and " + grouped(all - listed) + " more " + what +
                                     " (--limit 0 lists all)"));
}

uint64_t rows_in(const std::vector<ListedRow>& rows) {
  uint64_t count = 0;
  for (const ListedRow& row : rows) count += row.count;
  return count;
}

/// Removed and added rows by where they stand, so that an edited row is followed by what it became.
void print_both(Output& out, const RowDiff& diff) {
  auto removed = diff.removed_rows.begin();
  auto added = diff.added_rows.begin();
  while (removed != diff.removed_rows.end() || added != diff.added_rows.end()) {
    const bool left = added == diff.added_rows.end() || (removed != diff.removed_rows.end() &&
                                                         removed->place.row <= added->place.row);
    if (left) {
      print_row(out, *removed++, Color::red, "-");
    } else {
      print_row(out, *added++, Color::green, "+");
    }
  }
}

void print_table(Output& out, const data::TableDiff& table) {
  const RowDiff& diff = table.rows;
  out.line(out.paint(Color::bold, printable(table.before) + " -> " + printable(table.after)));
  if (diff.same())
    return out.line("  the same rows" + std::string(diff.rows_before ? "" : ": none"));
  for (const ColumnChange& column : diff.columns) print_column(out, column);
  if (diff.reordered) out.line("  " + out.paint(Color::yellow, "~ order of columns"));
  out.line("  " + grouped(diff.rows_before) + " -> " + grouped(diff.rows_after) +
           " rows: " + grouped(diff.removed) + " removed, " + grouped(diff.added) + " added, " +
           grouped(diff.changed) + " changed, " + grouped(diff.unchanged) + " the same");
  for (const ChangedRow& row : diff.changed_rows) print_row(out, row);
  print_rest(out, diff.changed, diff.changed_rows.size(), "changed");
  print_both(out, diff);
  print_rest(out, diff.removed, rows_in(diff.removed_rows), "removed");
  print_rest(out, diff.added, rows_in(diff.added_rows), "added");
}

Value place_json(const table::RowPlace& place) {
  return Value::object().set("row", place.row).set("line", place.line);
}

Value rows_json(const std::vector<ListedRow>& rows) {
  Value list = Value::array();
  for (const ListedRow& row : rows) {
    list.push(place_json(row.place).set("count", row.count).set("cells", row.cells));
  }
  return list;
}

Value rows_json(const std::vector<ChangedRow>& rows) {
  Value list = Value::array();
  for (const ChangedRow& row : rows) {
    Value cells = Value::array();
    for (const ChangedRow::Cell& cell : row.cells) {
      cells.push(Value::object()
                     .set("column", cell.column)
                     .set("before", cell.before)
                     .set("after", cell.after));
    }
    list.push(Value::object()
                  .set("before", place_json(row.before))
                  .set("after", place_json(row.after))
                  .set("key", row.key)
                  .set("cells", std::move(cells)));
  }
  return list;
}

Value columns_json(const std::vector<ColumnChange>& columns) {
  Value list = Value::array();
  for (const ColumnChange& column : columns) {
    const auto kind = [](const auto& kind) {
      return kind ? Value(table::kind_name(*kind)) : Value();
    };
    list.push(Value::object()
                  .set("name", column.name)
                  .set("before", kind(column.before))
                  .set("after", kind(column.after)));
  }
  return list;
}

}  // namespace

void print_tables(Output& out, const std::vector<data::TableDiff>& tables) {
  for (const data::TableDiff& table : tables) print_table(out, table);
}

Value tables_json(const std::vector<data::TableDiff>& tables) {
  Value list = Value::array();
  for (const data::TableDiff& table : tables) {
    const RowDiff& diff = table.rows;
    list.push(Value::object()
                  .set("path", printable(table.path))
                  .set("before", printable(table.before))
                  .set("after", printable(table.after))
                  .set("same", diff.same())
                  .set("columns", columns_json(diff.columns))
                  .set("columns_reordered", diff.reordered)
                  .set("rows", Value::object()
                                   .set("before", diff.rows_before)
                                   .set("after", diff.rows_after)
                                   .set("unchanged", diff.unchanged)
                                   .set("removed", diff.removed)
                                   .set("added", diff.added)
                                   .set("changed", diff.changed))
                  .set("removed", rows_json(diff.removed_rows))
                  .set("added", rows_json(diff.added_rows))
                  .set("changed", rows_json(diff.changed_rows)));
  }
  return list;
}

}  // namespace mlo::cli
