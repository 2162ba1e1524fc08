// A JSON leaf as a cell: the one rule for JSONL rows and for requests to a server.
#pragma once

#include "format/fast_json.hpp"
#include "table/raw_rows.hpp"

namespace mlo::table {

/// Text is borrowed from the scalar: keep() it where the batch outlives the document.
inline Cell json_cell(const format::JsonScalar& scalar) {
  using Kind = format::JsonScalar::Kind;
  switch (scalar.kind) {
    case Kind::boolean:
      return Cell::boolean(scalar.boolean);
    case Kind::integer:
      return Cell::integer(scalar.integer);
    case Kind::number:
      return Cell::number(scalar.number);
    case Kind::string:
      return Cell::text(scalar.text);
    case Kind::null:
      break;
  }
  return Cell::missing();
}

}  // namespace mlo::table
