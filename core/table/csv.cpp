#include "table/csv.hpp"

#include <algorithm>
#include <limits>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "table/column_builder.hpp"
#include "table/csv_rows.hpp"

namespace mlo::table {
namespace {

// Marks of a window of this size stay in the second-level cache beside the text.
constexpr size_t kWindow = 256 << 10;

class CsvTableReader {
 public:
  CsvTableReader(std::string_view text, const std::string& name, const CsvOptions& options)
      : name_(name), options_(options) {
    text_ = text.substr(skip_byte_order_mark(text, name));
  }

  Table read() {
    if (text_.empty()) throw failure(name_ + ": the file is empty");
    try {
      read_rows();
      read_prefixes();
      return finish();
    } catch (const CellProblem& problem) {
      throw located(problem);
    }
  }

 private:
  /// Calls each(row, rows) for the header (row 0) and each row until it returns false.
  template <typename Each>
  void scan(Each each) {
    char delimiter = options_.delimiter != 0 ? options_.delimiter : delimiter_of(name_);
    CsvRows rows(name_, delimiter);
    size_t at = 0, window = kWindow, row = 0;
    while (at < text_.size()) {
      bool last = window >= text_.size() - at;
      size_t used = rows.open(text_.substr(at, window), last);
      if (used == 0) {
        window *= 2;
        if (window > CsvScanner::kLargestWindow) {
          throw failure(name_ + ":" + std::to_string(rows.line()) + ": a row above 2 GiB");
        }
        continue;
      }
      while (rows.next()) {
        if (row == 0) rows.set_width(rows.fields());
        if (!each(row++, rows)) return;
      }
      at += used;
      window = kWindow;
    }
  }

  void read_rows() {
    RawRows scratch;
    scan([&](size_t row, const CsvRows& rows) {
      if (row == 0) {
        make_builders(rows.header(), rows.line());
        return true;
      }
      lines_.push_back(rows.line());
      scratch.clear_cells();
      for (ColumnBuilder& builder : builders_) builder.add(rows.field(builder.field(), scratch));
      return true;
    });
    if (header_.empty()) throw failure(name_ + ": the file has only blank lines");
    if (lines_.empty()) throw failure(name_ + ": no rows, only a header");
    if (lines_.size() >= std::numeric_limits<uint32_t>::max()) {
      throw failure(name_ + ": more than 2^32 rows");
    }
  }

  void make_builders(std::vector<std::string> header, uint64_t line) {
    header_ = std::move(header);
    auto require = [&](const std::string& column) {
      if (std::find(header_.begin(), header_.end(), column) != header_.end()) return;
      throw failure(name_ + ":" + std::to_string(line) + ": no column " + quoted(column),
                    suggestion(column, header_));
    };
    for (const auto& [column, type] : options_.types) require(column);
    for (const std::string& column : options_.ignore) require(column);
    for (size_t i = 0; i < header_.size(); ++i) {
      auto declared = options_.types.find(header_[i]);
      bool typed = declared != options_.types.end();
      bool ignored = std::find(options_.ignore.begin(), options_.ignore.end(), header_[i]) !=
                     options_.ignore.end();
      if (ignored || (options_.only_typed && !typed)) continue;
      builders_.emplace_back(header_[i], i, typed ? std::optional(declared->second) : std::nullopt);
    }
  }

  /// The rows that a column had seen as numbers before it turned out to be strings.
  void read_prefixes() {
    size_t most = 0;
    for (const ColumnBuilder& builder : builders_) most = std::max(most, builder.prefix());
    if (most == 0) return;
    RawRows scratch;
    scan([&](size_t row, const CsvRows& rows) {
      if (row == 0) return true;
      scratch.clear_cells();
      for (ColumnBuilder& builder : builders_) {
        if (row <= builder.prefix()) builder.add_prefix(rows.field(builder.field(), scratch));
      }
      return row < most;
    });
  }

  Table finish() {
    std::vector<Column> columns;
    for (ColumnBuilder& builder : builders_) {
      columns.push_back(std::move(builder).finish());
    }
    return Table(name_, std::move(columns), std::move(lines_));
  }

  Error located(const CellProblem& problem) {
    Error error = failure(name_ + ": " + problem.message, problem.hint);
    scan([&](size_t row, const CsvRows& rows) {
      if (row != problem.row + 1) return true;
      error = rows.error(problem.field, problem.message, problem.hint);
      return false;
    });
    return error;
  }

  std::string_view text_;
  const std::string& name_;
  const CsvOptions& options_;
  std::vector<std::string> header_;
  std::vector<ColumnBuilder> builders_;
  std::vector<uint64_t> lines_;
};

}  // namespace

Table read_csv(std::string_view text, const std::string& name, const CsvOptions& options) {
  return CsvTableReader(text, name, options).read();
}

Table read_csv_file(const std::string& path, const CsvOptions& options) {
  return read_csv(read_file(path), path, options);
}

}  // namespace mlo::table
