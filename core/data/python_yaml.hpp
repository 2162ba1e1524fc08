// YAML as DVC writes it, byte for byte: the block style of Python's ruamel.yaml (YAML 1.2, width 80, lists
// not indented below their key, plain scalars where they read back as the same string). Checked against
// ruamel.yaml itself by tests/compat.
#pragma once

#include <string>

#include "format/value.hpp"

namespace mlo::data {

std::string python_yaml(const format::Value& value);

}  // namespace mlo::data
