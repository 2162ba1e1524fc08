#include "serve/datatype.hpp"

#include <array>
#include <cmath>

namespace mlo::serve {
namespace {

struct Row {
  std::string_view name;
  size_t size;
  double least, past;  // past: the first value above the range, exact as a double
};

// In the order of the enumeration.
constexpr std::array<Row, 12> kRows = {{
    {"BOOL", 1, 0, 2},
    {"UINT8", 1, 0, 0x1p8},
    {"UINT16", 2, 0, 0x1p16},
    {"UINT32", 4, 0, 0x1p32},
    {"UINT64", 8, 0, 0x1p64},
    {"INT8", 1, -0x1p7, 0x1p7},
    {"INT16", 2, -0x1p15, 0x1p15},
    {"INT32", 4, -0x1p31, 0x1p31},
    {"INT64", 8, -0x1p63, 0x1p63},
    {"FP32", 4, 0, 0},
    {"FP64", 8, 0, 0},
    {"BYTES", 0, 0, 0},
}};

const Row& row(Datatype datatype) { return kRows[static_cast<size_t>(datatype)]; }

}  // namespace

std::optional<Datatype> parse_datatype(std::string_view name) {
  for (size_t i = 0; i < kRows.size(); ++i) {
    if (kRows[i].name == name) return static_cast<Datatype>(i);
  }
  return std::nullopt;
}

std::string_view datatype_name(Datatype datatype) { return row(datatype).name; }
size_t datatype_size(Datatype datatype) { return row(datatype).size; }
bool is_integer(Datatype datatype) {
  return datatype >= Datatype::uint8 && datatype <= Datatype::int64;
}
bool is_float(Datatype datatype) {
  return datatype == Datatype::fp32 || datatype == Datatype::fp64;
}
bool fits(Datatype datatype, double value) {
  return value >= row(datatype).least && value < row(datatype).past && value == std::floor(value);
}

bool fits_integer(Datatype datatype, int64_t value) {
  if (datatype == Datatype::int64) return true;
  if (datatype == Datatype::uint64) return value >= 0;
  return fits(datatype, static_cast<double>(value));
}

}  // namespace mlo::serve
