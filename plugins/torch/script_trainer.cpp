#include "script_trainer.hpp"

#include <mutex>

#include "json.hpp"
#include "model.hpp"
#include "random.hpp"
#include "script_model.hpp"

namespace mlo_torch {

namespace {

// LibTorch draws dropout masks from one generator per process: it is seeded at each step and held
// while the step runs, so that a step depends on (seed, step) alone.
std::mutex& generator_mutex() {
  static std::mutex mutex;
  return mutex;
}

}  // namespace

ScriptTrainer::ScriptTrainer(const Architecture& architecture, const Module& outer,
                             const TrainOptions& options)
    : architecture_(architecture), options_(options), outer_(copy_of(outer)) {
  for (const auto& parameter : outer_.named_parameters()) {
    if (!parameter.value.requires_grad()) continue;
    if (parameter.value.scalar_type() != torch::kFloat32 || !parameter.value.is_contiguous())
      throw ArgumentError("the parameter '" + parameter.name + "' is not a dense float32 tensor");
    parameters_.push_back(parameter.value);
    auto count = padded(static_cast<size_t>(parameter.value.numel()));
    first_.emplace_back(count);
    second_.emplace_back(count);
  }
  if (parameters_.empty()) throw ArgumentError("the module has no parameters to train");
  for (const auto& buffer : outer_.named_buffers()) buffers_.push_back(buffer.value);
}

torch::Tensor ScriptTrainer::loss(const torch::Tensor& outputs, const Rows& rows,
                                  const Targets& targets, double total) const {
  auto n = static_cast<int64_t>(rows.count);
  torch::Tensor each;
  if (architecture_.task == Task::regression) {
    torch::Tensor values =
        torch::from_blob(const_cast<double*>(targets.values), {n}, torch::kFloat64);
    values = ((values - architecture_.target_mean) / architecture_.target_std).to(torch::kFloat32);
    each = (outputs.squeeze(1) - values).square();
  } else {
    torch::Tensor labels =
        torch::from_blob(const_cast<int64_t*>(targets.labels), {n}, torch::kInt64);
    if (architecture_.outputs == 1)
      each = torch::binary_cross_entropy_with_logits(outputs.squeeze(1), labels.to(torch::kFloat32),
                                                     {}, {}, at::Reduction::None);
    else
      each = torch::cross_entropy_loss(outputs, labels, {}, at::Reduction::None);
  }
  if (targets.weights)
    each = each * torch::from_blob(const_cast<float*>(targets.weights), {n}, torch::kFloat32);
  return each.sum() / total;
}

double ScriptTrainer::step(const Rows& rows, const Targets& targets, double lr) {
  if (rows.count == 0) throw ArgumentError("a batch needs at least one row");
  double total = check_targets(architecture_, targets, rows.count);
  if (!(total > 0)) throw ArgumentError("the weights of a batch must not all be 0");
  use_threads(options_.threads);
  std::lock_guard hold(generator_mutex());
  ++step_;
  torch::manual_seed(mix(mix(options_.seed + kGolden) + step_));
  torch::AutoGradMode with_gradients(true);
  outer_.train();
  torch::Tensor x = scaled_tensor(outer_, numeric_tensor(architecture_, rows));
  Module inner = outer_.attr("module").toModule();
  torch::Tensor outputs = inner.forward({x, category_tensor(architecture_, rows)}).toTensor();
  if (outputs.dim() != 2 || outputs.size(1) != architecture_.outputs)
    throw ArgumentError("the module returned outputs of another shape in training");
  torch::Tensor value = loss(outputs, rows, targets, total);
  for (torch::Tensor& parameter : parameters_) parameter.mutable_grad() = torch::Tensor();
  value.backward();
  update(lr);
  return value.item<double>();
}

void ScriptTrainer::update(double lr) {
  Update update(options_, lr, step_);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    torch::Tensor gradient = parameters_[i].grad();
    if (!gradient.defined()) continue;
    gradient = gradient.contiguous();
    auto count = static_cast<size_t>(gradient.numel());
    float* weights = parameters_[i].data_ptr<float>();
    size_t whole = count / kLanes * kLanes;
    update.apply(weights, gradient.data_ptr<float>(), first_[i].data(), second_[i].data(), whole);
    if (whole == count) continue;
    // The kernels work on full vectors: the tail goes through a padded copy.
    alignas(64) float w[kLanes] = {}, g[kLanes] = {};
    std::copy_n(weights + whole, count - whole, w);
    std::copy_n(gradient.data_ptr<float>() + whole, count - whole, g);
    update.apply(w, g, first_[i].data() + whole, second_[i].data() + whole, kLanes);
    std::copy_n(w, count - whole, weights + whole);
  }
}

const float* ScriptTrainer::eval(const Rows& rows) {
  use_threads(options_.threads);
  torch::InferenceMode guard;
  outer_.eval();
  outputs_ = run_outer(architecture_, outer_, rows);
  return outputs_.data_ptr<float>();
}

std::shared_ptr<const Model> ScriptTrainer::model() {
  Module copy = copy_of(outer_);
  return std::make_shared<Model>(architecture_, std::make_shared<Script>(std::move(copy)));
}

std::string ScriptTrainer::state_save() {
  std::string out;
  append_state_header(out, step_);
  for (size_t i = 0; i < parameters_.size(); ++i) {
    append_floats(out, parameters_[i].data_ptr<float>(),
                  static_cast<size_t>(parameters_[i].numel()));
    append_floats(out, first_[i].data(), first_[i].size());
    append_floats(out, second_[i].data(), second_[i].size());
  }
  for (const torch::Tensor& buffer : buffers_) {
    torch::Tensor bytes = buffer.contiguous();
    out.append(static_cast<const char*>(bytes.data_ptr()), bytes.nbytes());
  }
  return out;
}

void ScriptTrainer::state_load(std::string_view state) {
  uint64_t step = take_state_header(state);
  size_t wanted = 0;
  for (size_t i = 0; i < parameters_.size(); ++i)
    wanted += (static_cast<size_t>(parameters_[i].numel()) + 2 * first_[i].size()) * sizeof(float);
  for (const torch::Tensor& buffer : buffers_) wanted += buffer.nbytes();
  if (state.size() != wanted) throw FormatError("the training state is of another model");
  for (size_t i = 0; i < parameters_.size(); ++i) {
    take_floats(state, parameters_[i].data_ptr<float>(),
                static_cast<size_t>(parameters_[i].numel()));
    take_floats(state, first_[i].data(), first_[i].size());
    take_floats(state, second_[i].data(), second_[i].size());
  }
  torch::NoGradGuard guard;
  for (torch::Tensor& buffer : buffers_) {
    torch::Tensor bytes = torch::empty_like(buffer, at::MemoryFormat::Contiguous);
    std::memcpy(bytes.data_ptr(), state.data(), bytes.nbytes());
    state.remove_prefix(bytes.nbytes());
    buffer.copy_(bytes);
  }
  step_ = step;
}

}  // namespace mlo_torch
