// The wire form of tensors in the binary tensor data extension: little-endian, packed, row-major;
// BOOL one byte; BYTES a 32-bit length and the bytes for each element.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "serve/datatype.hpp"
#include "table/raw_rows.hpp"

namespace mlo::serve {

/// Appends `count` cells; text points into `bytes`. Throws usage when the sizes do not agree.
void decode_tensor(Datatype datatype, size_t count, std::string_view bytes,
                   std::vector<table::Cell>& cells);

void append_binary(std::string& out, double value);
/// One BYTES element.
void append_binary(std::string& out, std::string_view text);

}  // namespace mlo::serve
