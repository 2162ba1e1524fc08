#include "serve/servable.hpp"

namespace mlo::serve {

Datatype datatype_of(ColumnType type) {
  if (type == ColumnType::numeric) return Datatype::fp64;
  return type == ColumnType::boolean ? Datatype::boolean : Datatype::bytes;
}

bool accepts(ColumnType type, Datatype datatype) {
  switch (type) {
    case ColumnType::numeric:
      return is_integer(datatype) || is_float(datatype);
    case ColumnType::boolean:
    case ColumnType::categorical:
      return !is_float(datatype);
    case ColumnType::date:
      return datatype == Datatype::bytes;
  }
  return false;
}

}  // namespace mlo::serve
