#include <stdlib.h>
#include <string.h>

#include "model.h"

mlo_status toy_session_new(const mlo_model* model, int32_t threads, mlo_session** session,
                           mlo_error* error) {
  if (threads < 1) return toy_fail(error, MLO_ERROR_ARGUMENT, "threads must be at least 1");
  mlo_session* out = calloc(1, sizeof *out);
  if (!out) return MLO_ERROR_MEMORY;
  size_t count = model->shape->features * model->shape->outputs;
  out->shape = toy_shape_copy(model->shape);
  out->weights = malloc((count + 1) * sizeof *out->weights);
  out->features = malloc((model->shape->features + 1) * sizeof *out->features);
  if (!out->shape || !out->weights || !out->features) return toy_session_free(out), MLO_ERROR_MEMORY;
  memcpy(out->weights, model->weights, count * sizeof *out->weights);
  *session = out;
  return MLO_OK;
}

void toy_session_free(mlo_session* session) {
  if (!session) return;
  toy_shape_free(session->shape);
  free(session->weights);
  free(session->features);
  free(session->out);
  free(session->gradient);
  free(session);
}

static mlo_status check_inputs(const toy_shape* shape, const mlo_tensor* inputs, size_t count,
                               mlo_error* error) {
  if (count != 2 || inputs[0].ndim != 2 || inputs[1].ndim != 2 || inputs[0].dtype.bits != 64 ||
      inputs[0].dtype.code != MLO_FLOAT || inputs[1].dtype.code != MLO_INT ||
      inputs[0].shape[0] != inputs[1].shape[0] || (size_t)inputs[0].shape[1] != shape->numeric ||
      (size_t)inputs[1].shape[1] != shape->categories)
    return toy_fail(error, MLO_ERROR_ARGUMENT, "the inputs do not fit the model");
  return MLO_OK;
}

mlo_status toy_run(mlo_session* session, const mlo_tensor* inputs, size_t count,
                   const mlo_tensor** outputs, size_t* output_count, mlo_error* error) {
  const toy_shape* shape = session->shape;
  mlo_status status = check_inputs(shape, inputs, count, error);
  if (status) return status;
  size_t rows = (size_t)inputs[0].shape[0];
  float* out = realloc(session->out, (rows * shape->outputs + 1) * sizeof *out);
  if (!out) return MLO_ERROR_MEMORY;
  session->out = out;
  for (size_t r = 0; r < rows; ++r) {
    if (!toy_features(shape, (const double*)inputs[0].data + r * shape->numeric,
                      (const int64_t*)inputs[1].data + r * shape->categories, session->features))
      return toy_fail(error, MLO_ERROR_ARGUMENT, "a category code is out of range");
    toy_scores(shape, session->weights, session->features, out + r * shape->outputs);
  }
  session->out_shape[0] = (int64_t)rows;
  session->out_shape[1] = (int64_t)shape->outputs;
  session->output = (mlo_tensor){.data = out,
                                 .device = {MLO_CPU, 0},
                                 .ndim = 2,
                                 .dtype = {MLO_FLOAT, 32, 1},
                                 .shape = session->out_shape};
  *outputs = &session->output;
  *output_count = 1;
  return MLO_OK;
}

mlo_status toy_gradients(mlo_session* session, const mlo_tensor* inputs, size_t count,
                         int64_t output, const mlo_tensor** gradient, mlo_error* error) {
  const toy_shape* shape = session->shape;
  mlo_status status = check_inputs(shape, inputs, count, error);
  if (status) return status;
  if (output < 0 || (size_t)output >= shape->outputs)
    return toy_fail(error, MLO_ERROR_ARGUMENT, "there is no such output");
  size_t rows = (size_t)inputs[0].shape[0];
  double* out = realloc(session->gradient, (rows * shape->numeric + 1) * sizeof *out);
  if (!out) return MLO_ERROR_MEMORY;
  session->gradient = out;
  for (size_t r = 0; r < rows; ++r)
    for (size_t i = 0; i < shape->numeric; ++i)
      out[r * shape->numeric + i] = session->weights[(1 + i) * shape->outputs + (size_t)output] /
                                    shape->std[i] *
                                    (shape->classification ? 4 : shape->target_std);
  session->gradient_shape[0] = (int64_t)rows;
  session->gradient_shape[1] = (int64_t)shape->numeric;
  session->gradient_tensor = (mlo_tensor){.data = out,
                                          .device = {MLO_CPU, 0},
                                          .ndim = 2,
                                          .dtype = {MLO_FLOAT, 64, 1},
                                          .shape = session->gradient_shape};
  *gradient = &session->gradient_tensor;
  return MLO_OK;
}
