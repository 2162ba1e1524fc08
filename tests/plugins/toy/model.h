/* The handles of the toy runtime. A model file is text: "mlo-toy 1\n", the architecture JSON and a
 * newline, then one weight per line in hexadecimal floating point. */
#ifndef TOY_MODEL_H
#define TOY_MODEL_H

#include <mlo/plugin.h>

#include "least_squares.h"

struct mlo_model {
  char* arch;
  toy_shape* shape;
  double* weights; /* [features, outputs] */
};

struct mlo_session {
  toy_shape* shape;
  double* weights;
  double* features; /* one row */
  float* out;
  double* gradient;
  int64_t out_shape[2], gradient_shape[2];
  mlo_tensor output, gradient_tensor;
};

struct mlo_trainer {
  char* arch;
  mlo_session* session; /* holds the present weights */
  double *gram, *moment;
  int stale; /* gram and moment are newer than the weights */
};

mlo_status toy_fail(mlo_error* error, mlo_status code, const char* text);

mlo_status toy_build(const char* arch, const mlo_bytes* module, uint64_t seed, mlo_model** model,
                     mlo_error* error);
mlo_status toy_open(const mlo_bytes* bytes, mlo_model** model, mlo_error* error);
mlo_status toy_save(const mlo_model* model, const mlo_sink* out, mlo_error* error);
mlo_status toy_signature(const mlo_model* model, const mlo_sink* out, mlo_error* error);
void toy_model_free(mlo_model* model);
mlo_model* toy_model_new(const char* arch, const double* weights);

mlo_status toy_session_new(const mlo_model* model, int32_t threads, mlo_session** session,
                           mlo_error* error);
mlo_status toy_run(mlo_session* session, const mlo_tensor* inputs, size_t count,
                   const mlo_tensor** outputs, size_t* output_count, mlo_error* error);
mlo_status toy_gradients(mlo_session* session, const mlo_tensor* inputs, size_t count,
                         int64_t output, const mlo_tensor** gradient, mlo_error* error);
void toy_session_free(mlo_session* session);

mlo_status toy_trainer_new(const mlo_model* model, const char* options, mlo_trainer** trainer,
                           mlo_error* error);
mlo_status toy_step(mlo_trainer* trainer, const mlo_batch* batch, double lr, uint32_t flags,
                    double* loss, mlo_error* error);
mlo_status toy_eval(mlo_trainer* trainer, const mlo_tensor* inputs, size_t count,
                    const mlo_tensor** outputs, size_t* output_count, mlo_error* error);
mlo_status toy_trainer_model(mlo_trainer* trainer, mlo_model** model, mlo_error* error);
mlo_status toy_state_save(mlo_trainer* trainer, const mlo_sink* out, mlo_error* error);
mlo_status toy_state_load(mlo_trainer* trainer, const mlo_bytes* state, mlo_error* error);
void toy_trainer_free(mlo_trainer* trainer);

#endif
