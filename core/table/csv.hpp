// CSV (RFC 4180) into a Table. Quoted fields may hold delimiters, newlines and doubled quotes; CRLF,
// a UTF-8 BOM, a missing final newline and blank lines (skipped) are fine. The first line is the
// header. Everything else is refused with "<name>:<line>:<column>: ..." (exit 3): ragged rows,
// duplicate or empty names, no rows, NUL bytes, invalid UTF-8, an unterminated or stray quote, a cell
// that does not fit its column's type, an infinite number.
//
// Types are inferred from all rows: numbers only -> numeric; true/false/yes/no -> boolean; ISO dates
// -> date; else strings, which are text when there are more than 50 distinct ones and they are more
// than half of the values, or more than 20 and longer than 40 bytes on average; else categorical. A
// column of which at least half, but not all, values are numbers (or dates) is an error at the
// first one that is not: a typo would silently turn a numeric column into categories.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "table/table.hpp"

namespace mlo::table {

struct CsvOptions {
  /// 0: tab when the name ends with .tsv or .tab, else a comma.
  char delimiter = 0;
  /// Types by column name; unnamed columns are inferred. A name that is not there is an error.
  std::map<std::string, Type, std::less<>> types;
  /// Columns to skip; a name that is not there is an error.
  std::vector<std::string> ignore;
  /// Read only the columns of `types`, whatever else the file has.
  bool only_typed = false;
};

/// `name` is for messages and the default delimiter.
Table read_csv(std::string_view text, const std::string& name, const CsvOptions& options = {});
/// Reads the whole file; "cannot open 'x': ..." if it is not there.
Table read_csv_file(const std::string& path, const CsvOptions& options = {});

}  // namespace mlo::table
