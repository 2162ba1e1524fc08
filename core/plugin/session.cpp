#include <mlo/plugin.h>

#include "format/json.hpp"
#include "plugin/handles.hpp"
#include "plugin/runtime.hpp"

namespace mlo::plugin {

namespace {

TensorView checked_output(const Library& library, const Signature& signature, int64_t rows,
                          const mlo_tensor* outputs, size_t count) {
  if (count != 1 || !outputs)
    throw failure("plugin '" + library.info.name + "' returned " + std::to_string(count) +
                  " outputs, expected 1");
  TensorView out = TensorView::of(outputs[0]);
  if (out.dtype != DType::float32 || out.rank != 2 || out.rows() != rows ||
      out.columns() != signature.outputs)
    throw failure("plugin '" + library.info.name + "' returned an output of the wrong shape");
  return out;
}

template <typename Slot, typename Handle>
TensorView run_slot(const Library& library, const Signature& signature, const char* what, Slot slot,
                    Handle* handle, const TensorView& numeric, const TensorView& category) {
  Inputs inputs(signature, numeric, category);
  const mlo_tensor* outputs = nullptr;
  size_t count = 0;
  call(library, what, slot, handle, inputs.data(), size_t{2}, &outputs, &count);
  return checked_output(library, signature, numeric.rows(), outputs, count);
}

}  // namespace

Session::Session(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Session::Session(Session&&) noexcept = default;
Session& Session::operator=(Session&&) noexcept = default;
Session::~Session() = default;

Session Model::session(int threads) const {
  auto impl = std::make_unique<Session::Impl>(impl_->library, impl_->signature);
  call(impl_->library, "start a session", impl_->library.functions.session_new,
       static_cast<const mlo_model*>(impl_->handle), int32_t{threads}, &impl->handle);
  return Session(std::move(impl));
}

TensorView Session::run(const TensorView& numeric, const TensorView& category) {
  return run_slot(impl_->library, impl_->signature, "run the model",
                  impl_->library.functions.session_run, impl_->handle, numeric, category);
}

TensorView Session::gradients(const TensorView& numeric, const TensorView& category,
                              int64_t output) {
  if (output < 0 || output >= impl_->signature.outputs)
    throw failure("the model has no output " + std::to_string(output));
  Inputs inputs(impl_->signature, numeric, category);
  const mlo_tensor* gradient = nullptr;
  call(impl_->library, "compute gradients", impl_->library.functions.session_gradients,
       impl_->handle, inputs.data(), size_t{2}, output, &gradient);
  TensorView out = TensorView::of(*gradient);
  if (out.dtype != DType::float64 || out.rows() != numeric.rows() ||
      out.columns() != numeric.columns())
    throw failure("plugin '" + impl_->library.info.name +
                  "' returned a gradient of the wrong shape");
  return out;
}

Trainer::Trainer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Trainer::Trainer(Trainer&&) noexcept = default;
Trainer& Trainer::operator=(Trainer&&) noexcept = default;
Trainer::~Trainer() = default;

Trainer Model::trainer(const format::Value& options) const {
  auto impl = std::make_unique<Trainer::Impl>(impl_->library, impl_->signature);
  std::string json = format::canonical_json(options);
  call(impl_->library, "train the model", impl_->library.functions.trainer_new,
       static_cast<const mlo_model*>(impl_->handle), json.c_str(), &impl->handle);
  return Trainer(std::move(impl));
}

double Trainer::step(const Batch& batch, double learning_rate, uint32_t flags) {
  Inputs inputs(impl_->signature, batch.numeric, batch.category);
  if (batch.target.rank != 1 || batch.target.rows() != batch.numeric.rows())
    throw failure("a batch needs one target for each row");
  mlo_tensor target, weight;
  batch.target.describe(target);
  if (batch.weight) batch.weight->describe(weight);
  mlo_batch abi{.struct_size = sizeof(mlo_batch),
                .inputs = inputs.data(),
                .input_count = 2,
                .target = &target,
                .weight = batch.weight ? &weight : nullptr};
  double loss = 0;
  call(impl_->library, "train on a batch", impl_->library.functions.trainer_step, impl_->handle,
       static_cast<const mlo_batch*>(&abi), learning_rate, flags, &loss);
  return loss;
}

TensorView Trainer::eval(const TensorView& numeric, const TensorView& category) {
  return run_slot(impl_->library, impl_->signature, "evaluate the model",
                  impl_->library.functions.trainer_eval, impl_->handle, numeric, category);
}

Model Trainer::model() {
  mlo_model* handle = nullptr;
  call(impl_->library, "copy the trained model", impl_->library.functions.trainer_model,
       impl_->handle, &handle);
  return Model(Model::Impl::adopt(impl_->library, handle));
}

std::string Trainer::state_save() {
  std::string bytes;
  mlo_sink sink{&bytes, append_to_string};
  call(impl_->library, "save the training state", impl_->library.functions.trainer_state_save,
       impl_->handle, static_cast<const mlo_sink*>(&sink));
  return bytes;
}

void Trainer::state_load(std::string_view bytes) {
  mlo_bytes view{bytes.data(), bytes.size()};
  call(impl_->library, "load a training state", impl_->library.functions.trainer_state_load,
       impl_->handle, static_cast<const mlo_bytes*>(&view));
}

}  // namespace mlo::plugin
