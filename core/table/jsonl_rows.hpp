// JSONL: one JSON object per line into RawRows. Keys are columns; null is missing; a key that other
// rows of the batch have and this one has not is absent; lists and objects are nested. Blank lines are
// skipped. Errors name "<name>:<line>:<column>".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "table/raw_rows.hpp"

namespace mlo::table {

/// Appends the object in `line` as row `row`; `readable` bytes may be read from the start of it.
void append_jsonl_row(RawRows& rows, size_t row, std::string_view line, size_t readable,
                      const std::string& name, uint64_t line_number);

}  // namespace mlo::table
