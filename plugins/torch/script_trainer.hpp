// Trains a user's module through LibTorch's autograd, with the optimizer of the built-in trainer.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "script.hpp"
#include "trainer.hpp"

namespace mlo_torch {

class ScriptTrainer final : public Trainer {
 public:
  ScriptTrainer(const Architecture& architecture, const Module& outer, const TrainOptions& options);

  double step(const Rows& rows, const Targets& targets, double lr) override;
  const float* eval(const Rows& rows) override;
  std::shared_ptr<const Model> model() override;
  std::string state_save() override;
  void state_load(std::string_view state) override;

 private:
  torch::Tensor loss(const torch::Tensor& outputs, const Rows& rows, const Targets& targets,
                     double total) const;
  void update(double lr);

  Architecture architecture_;
  TrainOptions options_;
  Module outer_;
  uint64_t step_ = 0;
  std::vector<torch::Tensor> parameters_, buffers_;
  std::vector<Buffer> first_, second_;
  torch::Tensor outputs_;
};

}  // namespace mlo_torch
