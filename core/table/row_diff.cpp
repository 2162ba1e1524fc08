#include "table/row_diff.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <set>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "table/row_cells.hpp"
#include "table/row_matcher.hpp"

namespace mlo::table {
namespace {

using format::Value;

class Comparison {
 public:
  Comparison(const RowSource& before, const RowSource& after, const RowDiffOptions& options)
      : sources_{&before, &after}, options_(options) {}

  RowDiff run() {
    parallel_for(2, [&](size_t i) { shapes_[i] = shape_of(*sources_[i], options_.cancelled); });
    diff_.rows_before = shapes_[0].rows;
    diff_.rows_after = shapes_[1].rows;
    compare_columns();
    const CommonColumns common = common_columns();
    list(match(common), common);
    return std::move(diff_);
  }

 private:
  void compare_columns() {
    std::vector<std::string> left, right;
    for (const ShapeColumn& column : shapes_[0].columns) {
      const ShapeColumn* other = shapes_[1].find(column.name);
      if (other == nullptr) {
        diff_.columns.push_back({column.name, column.kind, std::nullopt});
        continue;
      }
      left.push_back(column.name);
      const bool known = column.kind != ColumnKind::empty && other->kind != ColumnKind::empty;
      if (known && column.kind != other->kind) {
        diff_.columns.push_back({column.name, column.kind, other->kind});
      }
    }
    for (const ShapeColumn& column : shapes_[1].columns) {
      if (shapes_[0].find(column.name) != nullptr) {
        right.push_back(column.name);
      } else {
        diff_.columns.push_back({column.name, std::nullopt, column.kind});
      }
    }
    // JSONL has no order of columns, only one of first appearance.
    const bool ordered = shapes_[0].format == RowFormat::csv && shapes_[1].format == RowFormat::csv;
    diff_.reordered = ordered && left != right;
  }

  CommonColumns common_columns() const {
    CommonColumns common;
    for (const std::string& name : options_.key) {
      for (size_t i = 0; i < 2; ++i) {
        if (shapes_[i].find(name) != nullptr || shapes_[i].format == RowFormat::automatic) continue;
        throw usage(sources_[i]->name + ": no column " + quoted(name),
                    suggestion(name, shapes_[i].names()));
      }
      common.key.push_back(name);
    }
    for (const ShapeColumn& column : shapes_[0].columns) {
      const bool is_key = std::ranges::find(common.key, column.name) != common.key.end();
      if (!is_key && shapes_[1].find(column.name) != nullptr) common.others.push_back(column.name);
    }
    const bool json =
        shapes_[0].format == RowFormat::jsonl && shapes_[1].format == RowFormat::jsonl;
    common.form = json ? CellForm::exact : CellForm::text;
    return common;
  }

  RowMatches match(const CommonColumns& common) {
    if (common.key.empty() && common.others.empty()) return nothing_in_common();
    const uint64_t rows = std::max(diff_.rows_before, diff_.rows_after);
    const uint64_t most = 2 * options_.most_entries;
    const uint64_t passes = common.key.empty() ? 1 : (rows + most - 1) / most;
    try {
      return RowMatcher(*sources_[0], *sources_[1], common, options_)
          .run(std::max<uint64_t>(passes, 1));
    } catch (const KeyTwice& twice) {
      throw key_error(twice, common);
    }
  }

  /// No column to compare by: every row went, every row came.
  RowMatches nothing_in_common() const {
    RowMatches matches(options_.limit);
    for (uint64_t row = 1; row <= diff_.rows_before; ++row) matches.removed.add({row});
    for (uint64_t row = 1; row <= diff_.rows_after; ++row) matches.added.add({row});
    return matches;
  }

  Error key_error(const KeyTwice& twice, const CommonColumns& common) const {
    const RowSource& source = *sources_[static_cast<size_t>(twice.side)];
    RowHasher hasher(common.key, common.form);
    RowCursor cursor(source, options_.cancelled);
    uint64_t first = 0;
    while (first == 0 && cursor.next()) {
      for (size_t row = 0; row < cursor.count() && first == 0; ++row) {
        if (hasher(cursor.rows(), row) == twice.key) first = cursor.first() + row;
      }
    }
    if (first == 0 || first >= twice.row) {
      return failure(quoted(source.name) + " changed while it was compared");
    }
    const auto rows = read_rows(source, std::array{first, twice.row}, options_.cancelled);
    std::string values;
    for (const std::string& name : common.key) {
      const Value& cell = rows[1].cells[name];
      values += (values.empty() ? "" : ", ") + printable(name) + " " + quoted_start(text_of(cell));
    }
    return failure(source.name + ":" + std::to_string(rows[1].line) + ": the key " + values +
                       " was in line " + std::to_string(rows[0].line) + " already",
                   "name columns that tell rows apart, or leave --key away");
  }

  /// As it would be written in a CSV file.
  static std::string text_of(const Value& cell) {
    if (cell.is_null()) return "";
    return cell.is_string() ? cell.as_string() : format::compact_json(cell);
  }

  void list(const RowMatches& matches, const CommonColumns& common) {
    diff_.unchanged = matches.unchanged;
    diff_.removed = matches.removed.count();
    diff_.added = matches.added.count();
    diff_.changed = matches.changed.count();
    std::array<std::set<uint64_t>, 2> wanted;
    for (const FoundRow& found : matches.removed.rows()) wanted[0].insert(found.row);
    for (const FoundRow& found : matches.added.rows()) wanted[1].insert(found.row);
    for (const FoundRow& found : matches.changed.rows()) {
      wanted[0].insert(found.row);
      wanted[1].insert(found.other);
    }
    std::array<std::map<uint64_t, RowCells>, 2> cells;
    parallel_for(2, [&](size_t i) {
      const std::vector<uint64_t> numbers(wanted[i].begin(), wanted[i].end());
      for (RowCells& row : read_rows(*sources_[i], numbers, options_.cancelled)) {
        cells[i].emplace(row.row, std::move(row));
      }
    });
    for (const FoundRow& found : matches.removed.rows()) {
      diff_.removed_rows.push_back(listed(cells[0].at(found.row), found.count));
    }
    for (const FoundRow& found : matches.added.rows()) {
      diff_.added_rows.push_back(listed(cells[1].at(found.row), found.count));
    }
    for (const FoundRow& found : matches.changed.rows()) {
      diff_.changed_rows.push_back(
          changed(cells[0].at(found.row), cells[1].at(found.other), common));
    }
  }

  static ListedRow listed(RowCells& row, uint64_t count) {
    return {{row.row, row.line}, count, std::move(row.cells)};
  }

  static ChangedRow changed(const RowCells& before, const RowCells& after,
                            const CommonColumns& common) {
    ChangedRow row{{before.row, before.line}, {after.row, after.line}};
    for (const std::string& name : common.key) row.key.set(name, after.cells[name]);
    for (const std::string& name : common.others) {
      const Value &left = before.cells[name], &right = after.cells[name];
      const bool same =
          common.form == CellForm::exact ? left == right : text_of(left) == text_of(right);
      if (!same) row.cells.push_back({name, left, right});
    }
    return row;
  }

  std::array<const RowSource*, 2> sources_;
  const RowDiffOptions& options_;
  std::array<TableShape, 2> shapes_;
  RowDiff diff_;
};

}  // namespace

RowDiff diff_rows(const RowSource& before, const RowSource& after, const RowDiffOptions& options) {
  return Comparison(before, after, options).run();
}

}  // namespace mlo::table
