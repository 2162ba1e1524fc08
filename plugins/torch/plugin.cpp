// The ABI of mlo/plugin.h over Model, Session and Trainer: handles, tensors and errors, nothing
// else. No exception leaves this file.
#include <mlo/plugin.h>

#include <cstdio>
#include <new>

#include "json.hpp"
#include "model.hpp"
#include "plain_message.hpp"

using namespace mlo_torch;

struct mlo_model {
  std::shared_ptr<const Model> model;
};

namespace {

// A result tensor and what it points to.
struct Output {
  mlo_tensor tensor;
  int64_t shape[2];

  const mlo_tensor* set(const void* data, int64_t rows, int64_t columns, uint8_t bits) {
    shape[0] = rows;
    shape[1] = columns;
    tensor = mlo_tensor{.data = const_cast<void*>(data),
                        .device = {MLO_CPU, 0},
                        .ndim = 2,
                        .dtype = {MLO_FLOAT, bits, 1},
                        .shape = shape,
                        .strides = nullptr,
                        .byte_offset = 0};
    return &tensor;
  }
};

}  // namespace

struct mlo_session {
  Architecture architecture;
  std::unique_ptr<Session> session;
  Output output, gradient;
};

struct mlo_trainer {
  Architecture architecture;
  std::unique_ptr<Trainer> trainer;
  Output output;
};

namespace {

mlo_status fail(mlo_error* error, mlo_status status, const std::string& text) {
  std::snprintf(error->text, error->capacity, "%s", text.c_str());
  return status;
}

struct SinkError {};

template <typename Work>
mlo_status guarded(mlo_error* error, Work&& work) {
  try {
    work();
    return MLO_OK;
  } catch (const ArgumentError& e) {
    return fail(error, MLO_ERROR_ARGUMENT, e.what());
  } catch (const FormatError& e) {
    return fail(error, MLO_ERROR_FORMAT, e.what());
  } catch (const SinkError&) {
    return fail(error, MLO_ERROR_SINK, "");
  } catch (const std::bad_alloc&) {
    return fail(error, MLO_ERROR_MEMORY, "out of memory");
  } catch (const std::exception& e) {
    return fail(error, MLO_ERROR_INTERNAL, plain_message(e));
  } catch (...) {
    return fail(error, MLO_ERROR_INTERNAL, "unknown exception");
  }
}

void put(const mlo_sink* out, const std::string& bytes) {
  if (out->write(out->context, bytes.data(), bytes.size()) != 0) throw SinkError{};
}

bool is_matrix(const mlo_tensor& tensor, uint8_t code, int64_t columns) {
  return tensor.device.device_type == MLO_CPU && tensor.ndim == 2 && tensor.dtype.code == code &&
         tensor.dtype.bits == 64 && tensor.dtype.lanes == 1 && tensor.shape[1] == columns &&
         !tensor.strides;
}

const void* data_of(const mlo_tensor& tensor) {
  return static_cast<const char*>(tensor.data) + tensor.byte_offset;
}

Rows rows_of(const Architecture& a, const mlo_tensor* inputs, size_t count) {
  if (count != 2 || !is_matrix(inputs[0], MLO_FLOAT, a.numeric) ||
      !is_matrix(inputs[1], MLO_INT, static_cast<int64_t>(a.cardinalities.size())) ||
      inputs[0].shape[0] != inputs[1].shape[0])
    throw ArgumentError("the inputs must be float64 [n," + std::to_string(a.numeric) +
                        "] and int64 [n," + std::to_string(a.cardinalities.size()) + "]");
  return {static_cast<const double*>(data_of(inputs[0])),
          static_cast<const int64_t*>(data_of(inputs[1])), static_cast<size_t>(inputs[0].shape[0])};
}

bool is_vector(const mlo_tensor& tensor, uint8_t code, uint8_t bits, size_t rows) {
  return tensor.device.device_type == MLO_CPU && tensor.ndim == 1 && tensor.dtype.code == code &&
         tensor.dtype.bits == bits && tensor.shape[0] == static_cast<int64_t>(rows) &&
         !tensor.strides;
}

Targets targets_of(const mlo_batch& batch, size_t rows) {
  Targets out;
  if (is_vector(*batch.target, MLO_INT, 64, rows))
    out.labels = static_cast<const int64_t*>(data_of(*batch.target));
  else if (is_vector(*batch.target, MLO_FLOAT, 64, rows))
    out.values = static_cast<const double*>(data_of(*batch.target));
  else
    throw ArgumentError("the target must be int64 [n] or float64 [n]");
  if (!batch.weight) return out;
  if (!is_vector(*batch.weight, MLO_FLOAT, 32, rows))
    throw ArgumentError("the weight must be float32 [n]");
  out.weights = static_cast<const float*>(data_of(*batch.weight));
  return out;
}

std::string_view view(const mlo_bytes& bytes) {
  return {static_cast<const char*>(bytes.data), bytes.size};
}

// ------------------------------------------------------------------------------- models ------

mlo_status describe_plugin(const mlo_sink* out, mlo_error* error) {
  return guarded(error, [&] { put(out, describe()); });
}

mlo_status model_build(const char* arch_json, const mlo_bytes* module, uint64_t seed,
                       mlo_model** model, mlo_error* error) {
  return guarded(error, [&] {
    std::optional<std::string_view> bytes;
    if (module) bytes = view(*module);
    *model = new mlo_model{Model::build(arch_json, bytes, seed)};
  });
}

mlo_status model_open(const mlo_bytes* bytes, mlo_model** model, mlo_error* error) {
  return guarded(error, [&] { *model = new mlo_model{Model::open(view(*bytes))}; });
}

mlo_status model_save(const mlo_model* model, const mlo_sink* out, mlo_error* error) {
  return guarded(error, [&] { put(out, model->model->save()); });
}

mlo_status model_signature(const mlo_model* model, const mlo_sink* out, mlo_error* error) {
  return guarded(error, [&] { put(out, signature_json(model->model->architecture())); });
}

void model_free(mlo_model* model) { delete model; }

// ----------------------------------------------------------------------------- sessions ------

mlo_status session_new(const mlo_model* model, int32_t threads, mlo_session** session,
                       mlo_error* error) {
  return guarded(error, [&] {
    *session =
        new mlo_session{model->model->architecture(), new_session(model->model, threads), {}, {}};
  });
}

mlo_status session_run(mlo_session* session, const mlo_tensor* inputs, size_t input_count,
                       const mlo_tensor** outputs, size_t* output_count, mlo_error* error) {
  return guarded(error, [&] {
    Rows rows = rows_of(session->architecture, inputs, input_count);
    *outputs = session->output.set(session->session->run(rows), static_cast<int64_t>(rows.count),
                                   session->architecture.outputs, 32);
    *output_count = 1;
  });
}

mlo_status session_gradients(mlo_session* session, const mlo_tensor* inputs, size_t input_count,
                             int64_t output, const mlo_tensor** gradient, mlo_error* error) {
  return guarded(error, [&] {
    Rows rows = rows_of(session->architecture, inputs, input_count);
    *gradient =
        session->gradient.set(session->session->gradients(rows, output),
                              static_cast<int64_t>(rows.count), session->architecture.numeric, 64);
  });
}

void session_free(mlo_session* session) { delete session; }

// ----------------------------------------------------------------------------- trainers ------

mlo_status trainer_new(const mlo_model* model, const char* options_json, mlo_trainer** trainer,
                       mlo_error* error) {
  return guarded(error, [&] {
    TrainOptions options = parse_train_options(options_json);
    *trainer = new mlo_trainer{model->model->architecture(), model->model->trainer(options), {}};
  });
}

mlo_status trainer_step(mlo_trainer* trainer, const mlo_batch* batch, double lr, uint32_t flags,
                        double* loss, mlo_error* error) {
  return guarded(error, [&] {
    if (flags != 0) throw ArgumentError("unknown flags for a training step");
    Rows rows = rows_of(trainer->architecture, batch->inputs, batch->input_count);
    *loss = trainer->trainer->step(rows, targets_of(*batch, rows.count), lr);
  });
}

mlo_status trainer_eval(mlo_trainer* trainer, const mlo_tensor* inputs, size_t input_count,
                        const mlo_tensor** outputs, size_t* output_count, mlo_error* error) {
  return guarded(error, [&] {
    Rows rows = rows_of(trainer->architecture, inputs, input_count);
    *outputs = trainer->output.set(trainer->trainer->eval(rows), static_cast<int64_t>(rows.count),
                                   trainer->architecture.outputs, 32);
    *output_count = 1;
  });
}

mlo_status trainer_model(mlo_trainer* trainer, mlo_model** model, mlo_error* error) {
  return guarded(error, [&] { *model = new mlo_model{trainer->trainer->model()}; });
}

mlo_status trainer_state_save(mlo_trainer* trainer, const mlo_sink* out, mlo_error* error) {
  return guarded(error, [&] { put(out, trainer->trainer->state_save()); });
}

mlo_status trainer_state_load(mlo_trainer* trainer, const mlo_bytes* state, mlo_error* error) {
  return guarded(error, [&] { trainer->trainer->state_load(view(*state)); });
}

void trainer_free(mlo_trainer* trainer) { delete trainer; }

constexpr mlo_runtime kRuntime = {
    .struct_size = sizeof(mlo_runtime),
    .describe = describe_plugin,
    .model_build = model_build,
    .model_open = model_open,
    .model_save = model_save,
    .model_signature = model_signature,
    .model_free = model_free,
    .session_new = session_new,
    .session_run = session_run,
    .session_free = session_free,
    .session_gradients = session_gradients,
    .trainer_new = trainer_new,
    .trainer_step = trainer_step,
    .trainer_eval = trainer_eval,
    .trainer_model = trainer_model,
    .trainer_state_save = trainer_state_save,
    .trainer_state_load = trainer_state_load,
    .trainer_free = trainer_free,
};

}  // namespace

const mlo_plugin* mlo_plugin_v1(void) {
  static const mlo_plugin plugin = [] {
    initialise();
    return mlo_plugin{.struct_size = sizeof(mlo_plugin),
                      .abi_major = MLO_ABI_MAJOR,
                      .abi_minor = MLO_ABI_MINOR,
                      .kind = "runtime",
                      .name = "torch",
                      .version = MLO_PLUGIN_VERSION,
                      .library_version = library_version(),
                      .family = "libtorch",
                      .functions = &kRuntime};
  }();
  return &plugin;
}
