#include "serve/binary_tensor.hpp"

#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::serve {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they are");

namespace {

using table::Cell;

template <typename T>
T load(const char* at) {
  T value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

template <typename T>
Cell number_cell(const char* at) {
  return Cell::number(static_cast<double>(load<T>(at)));
}

Cell cell_at(Datatype datatype, const char* at) {
  switch (datatype) {
    case Datatype::boolean:
      return Cell::boolean(*at != 0);
    case Datatype::uint8:
      return number_cell<uint8_t>(at);
    case Datatype::uint16:
      return number_cell<uint16_t>(at);
    case Datatype::uint32:
      return number_cell<uint32_t>(at);
    case Datatype::uint64:
      return number_cell<uint64_t>(at);
    case Datatype::int8:
      return number_cell<int8_t>(at);
    case Datatype::int16:
      return number_cell<int16_t>(at);
    case Datatype::int32:
      return number_cell<int32_t>(at);
    case Datatype::int64:
      return number_cell<int64_t>(at);
    case Datatype::fp32:
      return number_cell<float>(at);
    case Datatype::fp64:
      return number_cell<double>(at);
    case Datatype::bytes:
      break;
  }
  return Cell::missing();
}

void decode_bytes(size_t count, std::string_view bytes, std::vector<Cell>& cells) {
  while (!bytes.empty()) {
    if (bytes.size() < 4) throw usage("the binary data ends within the length of an element");
    const size_t size = load<uint32_t>(bytes.data());
    bytes.remove_prefix(4);
    if (size > bytes.size()) throw usage("the binary data ends within an element");
    if (cells.size() == count) break;
    const auto text = bytes.substr(0, size);
    if (!is_utf8(text)) throw usage("an element of the binary data is not valid UTF-8");
    cells.push_back(Cell::text(text));
    bytes.remove_prefix(size);
  }
  if (cells.size() != count || !bytes.empty()) {
    throw usage("the shape asks for " + std::to_string(count) + " values, the binary data holds " +
                (bytes.empty() ? std::to_string(cells.size()) : "more"));
  }
}

}  // namespace

void decode_tensor(Datatype datatype, size_t count, std::string_view bytes,
                   std::vector<Cell>& cells) {
  if (datatype == Datatype::bytes) return decode_bytes(count, bytes, cells);
  const size_t size = datatype_size(datatype);
  if (bytes.size() % size != 0 || bytes.size() / size != count) {
    throw usage("the shape asks for " + std::to_string(count) + " values of " +
                std::to_string(size) + " bytes, the binary data holds " +
                std::to_string(bytes.size()) + " bytes");
  }
  cells.reserve(count);
  for (size_t i = 0; i < count; ++i) cells.push_back(cell_at(datatype, bytes.data() + i * size));
}

void append_binary(std::string& out, double value) {
  char raw[sizeof value];
  std::memcpy(raw, &value, sizeof value);
  out.append(raw, sizeof raw);
}

void append_binary(std::string& out, std::string_view text) {
  const auto size = static_cast<uint32_t>(text.size());
  char raw[sizeof size];
  std::memcpy(raw, &size, sizeof size);
  out.append(raw, sizeof raw);
  out.append(text);
}

}  // namespace mlo::serve
