// What both trainers (of built-in models and of the user's modules) offer to the ABI layer.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "loss.hpp"
#include "network.hpp"
#include "optimizer.hpp"

namespace mlo_torch {

class Model;

class Trainer {
 public:
  virtual ~Trainer() = default;
  /// One update; the mean loss of the batch before it.
  virtual double step(const Rows& rows, const Targets& targets, double lr) = 0;
  /// The model's outputs [rows, outputs]; valid until the next call.
  virtual const float* eval(const Rows& rows) = 0;
  virtual std::shared_ptr<const Model> model() = 0;
  virtual std::string state_save() = 0;
  virtual void state_load(std::string_view state) = 0;
};

/// "mlo-torch-state 1\n", the step as 8 bytes, then the buffers as they lie in memory.
void append_state_header(std::string& out, uint64_t step);
/// Checks and removes the header; throws FormatError.
uint64_t take_state_header(std::string_view& state);
void append_floats(std::string& out, const float* values, size_t count);
void take_floats(std::string_view& state, float* values, size_t count);

}  // namespace mlo_torch
