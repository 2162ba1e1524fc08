// Element types of the Open Inference Protocol, and which of them a column accepts. FP16 and BF16
// are not among them: they cannot travel as JSON and no tabular column needs them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace mlo::serve {

enum class Datatype {
  boolean,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  fp32,
  fp64,
  bytes
};

std::optional<Datatype> parse_datatype(std::string_view name);
std::string_view datatype_name(Datatype datatype);  ///< "FP64"
/// Bytes of one element in binary form; 0 for BYTES (a length comes before each).
size_t datatype_size(Datatype datatype);
bool is_integer(Datatype datatype);
bool is_float(Datatype datatype);
/// Whether `value` is a whole number that the type holds.
bool fits(Datatype datatype, double value);
/// The same for a value that may not be a double.
bool fits_integer(Datatype datatype, int64_t value);

}  // namespace mlo::serve
