// Trains a built-in model with hand-written forward and backward passes and the optimizer fused
// into the gradient's last loop. A step of an MLP on a small batch is bound by the dispatch of some
// hundred operators in an eager framework; here it is three joint loops of the team, without
// allocation. Bytes depend on the seed and the order of rows only, not on the number of threads.
#pragma once

#include "team.hpp"
#include "trainer.hpp"

namespace mlo_torch {

class FusedTrainer final : public Trainer {
 public:
  FusedTrainer(std::shared_ptr<const Layout> layout, const Buffer& weights,
               const TrainOptions& options);

  double step(const Rows& rows, const Targets& targets, double lr) override;
  const float* eval(const Rows& rows) override;
  std::shared_ptr<const Model> model() override;
  std::string state_save() override;
  void state_load(std::string_view state) override;

 private:
  void reserve(size_t rows);
  Team& team_for(size_t rows);
  void transpose(size_t member, const Team& team);
  void drop(size_t layer, size_t begin, size_t end);
  void forward_backward(const Rows& rows, const Targets& targets, double total, size_t begin,
                        size_t end);
  void backward_rows(size_t layer, size_t begin, size_t end);
  void update_weights(const Rows& rows, const Update& update, size_t member, const Team& team);
  void update_layer(size_t layer, size_t rows, const Update& update, size_t member,
                    const Team& team);
  void update_lookup(size_t lookup, const Rows& rows, const Update& update);
  void apply(const Update& update, size_t offset, size_t count);

  std::shared_ptr<const Layout> layout_;
  TrainOptions options_;
  uint64_t step_ = 0;
  bool embeddings_ = false;
  Buffer weights_, gradient_, first_, second_;
  Workspace space_;
  std::vector<Buffer> deltas_;      ///< loss by output of each layer, [rows, width]
  std::vector<Buffer> masks_;       ///< dropout: 0 or 1 / (1 - p), [rows, width]
  std::vector<Buffer> transposed_;  ///< weights of each layer as [out, padded in]
  Buffer input_delta_;              ///< loss by x, only with embeddings
  std::vector<double> losses_;
  Team team_, alone_;
  Workspace eval_space_;
  std::vector<float> outputs_;
};

}  // namespace mlo_torch
