// Adam and SGD as torch.optim defines them, over flat buffers; one pass over each parameter.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "json.hpp"
#include "kernels.hpp"

namespace mlo_torch {

/// options_json of trainer_new.
struct TrainOptions {
  enum class Optimizer { adam, sgd };
  Optimizer optimizer = Optimizer::adam;
  double beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8;
  double momentum = 0;
  double weight_decay = 0;
  int threads = 1;
  uint64_t seed = 0;
};
TrainOptions parse_train_options(std::string_view json);

/// One step of the chosen optimizer; `step` counts from 1. Elementwise, so ranges may be split
/// freely.
class Update {
 public:
  Update(const TrainOptions& options, double lr, uint64_t step);
  /// `first` and `second` are the optimizer's state; `second` is not used by SGD. Ranges are
  /// multiples of kLanes.
  void apply(float* weights, const float* gradient, float* first, float* second,
             size_t count) const;

 private:
  bool adam_;
  AdamStep adam_step_{};
  SgdStep sgd_step_{};
};

}  // namespace mlo_torch
