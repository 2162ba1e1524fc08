// JSON text <-> Value. parse_json: RFC 8259, duplicate keys refused, depth <= 256, UTF-8 checked;
// errors are "<name>:<line>:<column>: ..." with exit 3.
#pragma once

#include <string>
#include <string_view>

#include "format/value.hpp"

namespace mlo::format {

Value parse_json(std::string_view text, const std::string& name);
/// Indented by two spaces, insertion order, final newline: what `--json` prints.
std::string pretty_json(const Value& value);
/// One line, insertion order, no final newline: NDJSON and HTTP bodies.
std::string compact_json(const Value& value);
/// Keys sorted by bytes, no spaces, int64 as decimal, doubles shortest round-trip, non-finite
/// numbers as the strings "NaN", "Infinity", "-Infinity": what is hashed.
std::string canonical_json(const Value& value);
/// Appends `text` as a JSON string with quotes; invalid UTF-8 becomes U+FFFD.
void append_json_string(std::string& out, std::string_view text);

}  // namespace mlo::format
