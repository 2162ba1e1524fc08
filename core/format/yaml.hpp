// YAML text <-> Value, the subset that our own files use: one document; mappings, sequences,
// scalars; duplicate keys, anchors, aliases and tags are errors with "<name>:<line>:<column>".
// Plain scalars resolve by the YAML 1.2 core schema (null/~, true/false, integers, floats, .nan,
// .inf); quoted ones are strings. An empty document is an empty mapping.
#pragma once

#include <string>
#include <string_view>

#include "format/value.hpp"

namespace mlo::format {

Value parse_yaml(std::string_view text, const std::string& name);
/// Block style, two spaces, strings quoted where they would not read back as the same string.
std::string to_yaml(const Value& value);

}  // namespace mlo::format
