#include "trainer.hpp"

#include <cstring>

namespace mlo_torch {

namespace {
constexpr std::string_view kMagic = "mlo-torch-state 1\n";
}

void append_state_header(std::string& out, uint64_t step) {
  out += kMagic;
  out.append(reinterpret_cast<const char*>(&step), sizeof step);
}

uint64_t take_state_header(std::string_view& state) {
  uint64_t step = 0;
  if (!state.starts_with(kMagic) || state.size() < kMagic.size() + sizeof step)
    throw FormatError("this is not a training state of this plugin");
  std::memcpy(&step, state.data() + kMagic.size(), sizeof step);
  state.remove_prefix(kMagic.size() + sizeof step);
  return step;
}

void append_floats(std::string& out, const float* values, size_t count) {
  out.append(reinterpret_cast<const char*>(values), count * sizeof *values);
}

void take_floats(std::string_view& state, float* values, size_t count) {
  size_t size = count * sizeof *values;
  if (state.size() < size) throw FormatError("the training state is of another model");
  std::memcpy(values, state.data(), size);
  state.remove_prefix(size);
}

}  // namespace mlo_torch
