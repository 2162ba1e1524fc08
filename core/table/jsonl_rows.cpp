#include "table/jsonl_rows.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/fast_json.hpp"
#include "table/json_cell.hpp"

namespace mlo::table {
namespace {

using format::JsonNode;

Cell cell_of(JsonNode& node, RawRows& rows) {
  if (node.kind() == JsonNode::Kind::array || node.kind() == JsonNode::Kind::object) {
    return Cell::nested(rows.keep(node.raw()));
  }
  Cell cell = json_cell(node.scalar());
  return cell.kind() == Cell::Kind::text ? Cell::text(rows.keep(cell.as_text())) : cell;
}

}  // namespace

void append_jsonl_row(RawRows& rows, size_t row, std::string_view line, size_t readable,
                      const std::string& name, uint64_t line_number) {
  try {
    format::read_json(line, readable, name, [&](JsonNode root) {
      if (root.kind() != JsonNode::Kind::object) root.fail("expected an object");
      root.members([&](std::string_view key, JsonNode value) {
        RawColumn& column = rows.column(key);
        if (column.size() > row) value.fail("the key " + quoted(key) + " is there twice");
        column.pad(row);
        column.push(cell_of(value, rows));
      });
    });
  } catch (const Error& error) {
    // The parser sees one line and calls it line 1.
    std::string message = error.message();
    if (std::string first = name + ":1:"; message.starts_with(first)) {
      message = name + ":" + std::to_string(line_number) + ":" + message.substr(first.size());
    }
    throw failure(std::move(message), error.hint());
  }
  for (size_t i = 0; i < rows.columns(); ++i) rows.at(i).pad(row + 1);
}

}  // namespace mlo::table
