#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

static size_t gram_count(const toy_shape* shape) { return shape->features * shape->features; }
static size_t weight_count(const toy_shape* shape) { return shape->features * shape->outputs; }

mlo_status toy_trainer_new(const mlo_model* model, const char* options, mlo_trainer** trainer,
                           mlo_error* error) {
  (void)options; /* least squares has no optimizer to choose */
  mlo_trainer* out = calloc(1, sizeof *out);
  if (!out) return MLO_ERROR_MEMORY;
  mlo_status status = toy_session_new(model, 1, &out->session, error);
  if (status) return toy_trainer_free(out), status;
  out->arch = strdup(model->arch);
  out->gram = calloc(gram_count(model->shape), sizeof *out->gram);
  out->moment = calloc(weight_count(model->shape) + 1, sizeof *out->moment);
  if (!out->arch || !out->gram || !out->moment) return toy_trainer_free(out), MLO_ERROR_MEMORY;
  *trainer = out;
  return MLO_OK;
}

void toy_trainer_free(mlo_trainer* trainer) {
  if (!trainer) return;
  free(trainer->arch);
  toy_session_free(trainer->session);
  free(trainer->gram);
  free(trainer->moment);
  free(trainer);
}

static mlo_status refresh(mlo_trainer* trainer) {
  if (!trainer->stale) return MLO_OK;
  trainer->stale = 0;
  return toy_solve(trainer->session->shape, trainer->gram, trainer->moment,
                   trainer->session->weights)
             ? MLO_OK
             : MLO_ERROR_MEMORY;
}

/* What output k should be for this row, on the scale of the least squares problem. */
static double wanted(const toy_shape* shape, const mlo_tensor* target, size_t row, size_t k) {
  if (!shape->classification)
    return (((const double*)target->data)[row] - shape->target_mean) / shape->target_std;
  int64_t label = ((const int64_t*)target->data)[row];
  return label == (int64_t)(shape->outputs == 1 ? 1 : k) ? 1 : 0;
}

static void accumulate(mlo_trainer* trainer, const double* features, const mlo_tensor* target,
                       size_t row, double weight) {
  const toy_shape* shape = trainer->session->shape;
  for (size_t i = 0; i < shape->features; ++i) {
    if (features[i] == 0) continue;
    for (size_t j = 0; j < shape->features; ++j)
      trainer->gram[i * shape->features + j] += weight * features[i] * features[j];
    for (size_t k = 0; k < shape->outputs; ++k)
      trainer->moment[i * shape->outputs + k] +=
          weight * features[i] * wanted(shape, target, row, k);
  }
}

mlo_status toy_step(mlo_trainer* trainer, const mlo_batch* batch, double lr, uint32_t flags,
                    double* loss, mlo_error* error) {
  (void)lr;
  if (flags) return toy_fail(error, MLO_ERROR_ARGUMENT, "unknown flags");
  const mlo_tensor* outputs;
  size_t count;
  mlo_status status =
      toy_eval(trainer, batch->inputs, batch->input_count, &outputs, &count, error);
  if (status) return status;
  mlo_session* session = trainer->session;
  const toy_shape* shape = session->shape;
  size_t rows = (size_t)batch->inputs[0].shape[0];
  double sum = 0, total = 0;
  for (size_t r = 0; r < rows; ++r) {
    double weight = batch->weight ? ((const float*)batch->weight->data)[r] : 1;
    toy_features(shape, (const double*)batch->inputs[0].data + r * shape->numeric,
                 (const int64_t*)batch->inputs[1].data + r * shape->categories, session->features);
    for (size_t k = 0; k < shape->outputs; ++k) {
      double score = session->out[r * shape->outputs + k];
      score = shape->classification ? score / 4 + (shape->outputs == 1 ? 0.5 : 0)
                                    : (score - shape->target_mean) / shape->target_std;
      double error_here = score - wanted(shape, batch->target, r, k);
      sum += weight * error_here * error_here;
    }
    total += weight;
    accumulate(trainer, session->features, batch->target, r, weight);
  }
  trainer->stale = 1;
  *loss = total > 0 ? sum / total : 0;
  return MLO_OK;
}

mlo_status toy_eval(mlo_trainer* trainer, const mlo_tensor* inputs, size_t count,
                    const mlo_tensor** outputs, size_t* output_count, mlo_error* error) {
  mlo_status status = refresh(trainer);
  return status ? status : toy_run(trainer->session, inputs, count, outputs, output_count, error);
}

mlo_status toy_trainer_model(mlo_trainer* trainer, mlo_model** model, mlo_error* error) {
  (void)error;
  if (refresh(trainer)) return MLO_ERROR_MEMORY;
  *model = toy_model_new(trainer->arch, trainer->session->weights);
  return *model ? MLO_OK : MLO_ERROR_MEMORY;
}

mlo_status toy_state_save(mlo_trainer* trainer, const mlo_sink* out, mlo_error* error) {
  (void)error;
  const toy_shape* shape = trainer->session->shape;
  if (out->write(out->context, trainer->gram, gram_count(shape) * sizeof(double)) ||
      out->write(out->context, trainer->moment, weight_count(shape) * sizeof(double)))
    return MLO_ERROR_SINK;
  return MLO_OK;
}

mlo_status toy_state_load(mlo_trainer* trainer, const mlo_bytes* state, mlo_error* error) {
  const toy_shape* shape = trainer->session->shape;
  size_t gram = gram_count(shape) * sizeof(double), moment = weight_count(shape) * sizeof(double);
  if (state->size != gram + moment)
    return toy_fail(error, MLO_ERROR_FORMAT, "this is not a state of this trainer");
  memcpy(trainer->gram, state->data, gram);
  memcpy(trainer->moment, (const char*)state->data + gram, moment);
  trainer->stale = 1;
  return MLO_OK;
}
