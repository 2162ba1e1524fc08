// A model as the host sees it: immutable, shared between threads. A built-in one is its layout and
// weights; TorchScript is generated from them only to save it or to differentiate through it. Any
// other is a TorchScript module.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "architecture.hpp"
#include "network.hpp"
#include "trainer.hpp"

namespace mlo_torch {

struct Script;  // holds a torch::jit::Module

class Model {
 public:
  static std::shared_ptr<const Model> build(std::string_view architecture,
                                            std::optional<std::string_view> module, uint64_t seed);
  static std::shared_ptr<const Model> open(std::string_view bytes);

  Model(std::shared_ptr<const Layout> layout, Buffer weights);
  Model(Architecture architecture, std::shared_ptr<const Script> script);

  const Architecture& architecture() const { return architecture_; }
  std::string save() const;
  std::unique_ptr<Trainer> trainer(const TrainOptions& options) const;

  /// nullptr for a user's module.
  const std::shared_ptr<const Layout>& layout() const { return layout_; }
  const Buffer& weights() const { return weights_; }
  /// The outer module, in evaluation mode.
  const Script& script() const;

 private:
  Architecture architecture_;
  std::shared_ptr<const Layout> layout_;
  Buffer weights_;
  mutable std::once_flag generate_once_;
  mutable std::shared_ptr<const Script> script_;  // of the user, or generated on first use
};

/// Runs a model; used by one thread at a time.
class Session {
 public:
  virtual ~Session() = default;
  /// [rows, outputs], valid until the next call.
  virtual const float* run(const Rows& rows) = 0;
  /// [rows, numeric] for one output.
  const double* gradients(const Rows& rows, int64_t output);

 protected:
  Session(std::shared_ptr<const Model> model, int threads)
      : model_(std::move(model)), threads_(threads) {}
  std::shared_ptr<const Model> model_;
  int threads_;

 private:
  std::vector<double> gradients_;
};

std::unique_ptr<Session> new_session(std::shared_ptr<const Model> model, int threads);

/// {"library":"LibTorch","version":...,"kernels":...}
std::string describe();
const char* library_version();
/// Once per process: one thread for models that were not asked to use more, plain executor.
void initialise();

}  // namespace mlo_torch
