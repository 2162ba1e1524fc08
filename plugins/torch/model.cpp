#include "model.hpp"

#include <torch/csrc/autograd/autograd.h>
#include <torch/version.h>

#include "evaluate.hpp"
#include "fused_trainer.hpp"
#include "json.hpp"
#include "script_model.hpp"
#include "script_trainer.hpp"

namespace mlo_torch {

namespace {

class NetworkSession final : public Session {
 public:
  NetworkSession(std::shared_ptr<const Model> model, int threads)
      : Session(std::move(model), threads),
        team_(static_cast<size_t>(threads)),
        space_(*model_->layout(), kEvalRows * static_cast<size_t>(threads)) {}

  const float* run(const Rows& rows) override {
    evaluate(*model_->layout(), model_->weights().data(), rows, team_, space_, outputs_);
    return outputs_.data();
  }

 private:
  Team team_;
  Workspace space_;
  std::vector<float> outputs_;
};

class ScriptSession final : public Session {
 public:
  ScriptSession(std::shared_ptr<const Model> model, int threads)
      : Session(std::move(model), threads) {}

  const float* run(const Rows& rows) override {
    use_threads(threads_);
    torch::InferenceMode guard;
    outputs_ = run_outer(model_->architecture(), model_->script().module, rows);
    return outputs_.data_ptr<float>();
  }

 private:
  torch::Tensor outputs_;
};

}  // namespace

Model::Model(std::shared_ptr<const Layout> layout, Buffer weights)
    : architecture_(layout->architecture),
      layout_(std::move(layout)),
      weights_(std::move(weights)) {}

Model::Model(Architecture architecture, std::shared_ptr<const Script> script)
    : architecture_(std::move(architecture)), script_(std::move(script)) {}

std::shared_ptr<const Model> Model::build(std::string_view json,
                                          std::optional<std::string_view> module, uint64_t seed) {
  Architecture architecture = parse_architecture(json);
  if (architecture.is_builtin() == module.has_value())
    throw ArgumentError("a model is either built-in or the user's module");
  if (module) {
    Module outer = wrap(architecture, load_archive(*module));
    return std::make_shared<Model>(architecture, std::make_shared<Script>(outer));
  }
  auto layout = std::make_shared<Layout>(std::move(architecture));
  return std::make_shared<Model>(layout, layout->initial_weights(seed));
}

std::shared_ptr<const Model> Model::open(std::string_view bytes) {
  Module outer = load_archive(bytes);
  Architecture architecture = read_architecture(outer);
  if (!architecture.is_builtin())
    return std::make_shared<Model>(architecture, std::make_shared<Script>(outer));
  auto layout = std::make_shared<Layout>(std::move(architecture));
  return std::make_shared<Model>(layout, read_weights(*layout, outer));
}

std::string Model::save() const { return save_archive(script().module); }

const Script& Model::script() const {
  std::call_once(generate_once_, [&] {
    if (!script_) script_ = std::make_shared<Script>(generate(*layout_, weights_.data()));
  });
  return *script_;
}

std::unique_ptr<Trainer> Model::trainer(const TrainOptions& options) const {
  if (layout_) return std::make_unique<FusedTrainer>(layout_, weights_, options);
  return std::make_unique<ScriptTrainer>(architecture_, script().module, options);
}

torch::Tensor run_outer(const Architecture& architecture, const Module& outer, const Rows& rows) {
  Module module = outer;  // a handle: forward() is not const
  torch::Tensor out =
      module.forward({numeric_tensor(architecture, rows), category_tensor(architecture, rows)})
          .toTensor();
  if (out.dim() != 2 || out.size(0) != static_cast<int64_t>(rows.count) ||
      out.size(1) != architecture.outputs || out.scalar_type() != torch::kFloat32)
    throw ArgumentError("the module returned outputs of another shape: " + c10::str(out.sizes()));
  return out.contiguous();
}

const double* Session::gradients(const Rows& rows, int64_t output) {
  const Architecture& a = model_->architecture();
  if (output < 0 || output >= a.outputs) throw ArgumentError("there is no such output");
  if (model_->layout()) check_codes(*model_->layout(), rows);
  use_threads(threads_);
  torch::AutoGradMode with_gradients(true);
  torch::Tensor numeric = numeric_tensor(a, rows).clone().requires_grad_();
  Module module = model_->script().module;
  torch::Tensor out = module.forward({numeric, category_tensor(a, rows)}).toTensor();
  torch::Tensor gradient =
      torch::autograd::grad({out.select(1, output).sum()}, {numeric}, {}, {}, false, true)[0];
  if (!gradient.defined()) gradient = torch::zeros_like(numeric);
  gradient = gradient.contiguous();
  gradients_.assign(gradient.data_ptr<double>(), gradient.data_ptr<double>() + gradient.numel());
  return gradients_.data();
}

std::unique_ptr<Session> new_session(std::shared_ptr<const Model> model, int threads) {
  if (threads < 1 || threads > 1024) throw ArgumentError("threads must be from 1 to 1024");
  if (model->layout()) return std::make_unique<NetworkSession>(std::move(model), threads);
  return std::make_unique<ScriptSession>(std::move(model), threads);
}

std::string describe() {
  return std::string(R"({"library":"LibTorch","version":")") + TORCH_VERSION + R"(","kernels":")" +
         kernels().name + R"("})";
}

const char* library_version() { return TORCH_VERSION; }

void initialise() {
  // The profiling executor rewrites a module after its first runs: outputs could change between
  // calls.
  torch::jit::getProfilingMode() = false;
}

}  // namespace mlo_torch
