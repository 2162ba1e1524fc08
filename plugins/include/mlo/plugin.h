/* The C ABI between mlo and its plugins. C11, nothing but <stddef.h> and <stdint.h>; the manual page
 * mlo-plugin(3) mirrors this file.
 *
 * A plugin is a shared object NAME.so beside a description NAME.plugin.json, which the plugin's build
 * writes. mlo lists, chooses and checks plugins by the description alone; it loads the shared object
 * (RTLD_NOW | RTLD_LOCAL, never unloaded) only when it is used, and calls its one exported symbol,
 * mlo_plugin_v1, which returns a static descriptor.
 *
 * Versions. abi_major must be equal. Within a major, structs only grow at their end and slots are never
 * moved or given a new meaning. Every struct that may grow starts with struct_size, which its
 * writer sets to sizeof: a reader takes what lies inside struct_size and treats every slot beyond it,
 * and every null slot, as "unsupported". A plugin built against an older header keeps loading.
 * mlo_tensor, mlo_bytes, mlo_sink and mlo_error never grow.
 *
 * Ownership. Nothing allocated on one side is freed on the other. Whatever the host passes is borrowed
 * for the call. Output tensors belong to the session or trainer that returned them and stay valid until
 * its next call. Handles are freed by the *_free of the same plugin. Sessions and trainers may outlive
 * the mlo_model that they were made from: a plugin counts references inside.
 *
 * Threads. A model is immutable: any number of threads may use one at once. A session or a trainer is
 * used by one thread at a time.
 *
 * Errors. A function returns MLO_OK or a code, and on failure writes one line of text (lower case, no
 * final dot, NUL-terminated, cut to fit) into the caller's mlo_error. No exception or longjmp crosses.
 *
 * Text is UTF-8, JSON is RFC 8259. Pointers are never null unless a comment says so. */
#ifndef MLO_PLUGIN_H
#define MLO_PLUGIN_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define MLO_ABI_MAJOR 1
#define MLO_ABI_MINOR 0

#if defined(_WIN32)
#define MLO_EXPORT __declspec(dllexport)
#else
#define MLO_EXPORT __attribute__((visibility("default")))
#endif

/* ------------------------------------------------------------------ errors, bytes, tensors ---- */

typedef int32_t mlo_status;
#define MLO_OK 0
#define MLO_ERROR_ARGUMENT 1    /* an option, a shape or a value that the user gave is wrong */
#define MLO_ERROR_FORMAT 2      /* the bytes are not what this plugin reads */
#define MLO_ERROR_UNSUPPORTED 3 /* the plugin cannot do this at all */
#define MLO_ERROR_MEMORY 4      /* out of memory */
#define MLO_ERROR_SINK 5        /* the host's sink refused the bytes */
#define MLO_ERROR_INTERNAL 6    /* everything else */

/* Where a failing function writes its text. The caller owns the buffer; capacity is at least 1. */
typedef struct mlo_error {
  char* text;
  size_t capacity;
} mlo_error;

/* Borrowed bytes. data may be null when size is 0. */
typedef struct mlo_bytes {
  const void* data;
  size_t size;
} mlo_bytes;

/* Takes output bytes, in order, in as many pieces as the plugin likes. write returns 0, or another
 * number to make the plugin stop and return MLO_ERROR_SINK. */
typedef struct mlo_sink {
  void* context;
  int32_t (*write)(void* context, const void* bytes, size_t size);
} mlo_sink;

/* Laid out as DLPack's DLTensor, field by field (but not named so: LibTorch's headers define that
 * name). A borrowed view. Type codes and device types are DLPack's. */
#define MLO_CPU 1
#define MLO_INT 0
#define MLO_UINT 1
#define MLO_FLOAT 2

typedef struct mlo_device {
  int32_t device_type; /* MLO_CPU: all that the host passes and accepts today */
  int32_t device_id;
} mlo_device;

typedef struct mlo_dtype {
  uint8_t code; /* MLO_INT, MLO_UINT, MLO_FLOAT */
  uint8_t bits; /* 32, 64 */
  uint16_t lanes; /* 1 */
} mlo_dtype;

typedef struct mlo_tensor {
  void* data; /* may be null when a dimension is 0; inputs are not written */
  mlo_device device;
  int32_t ndim;
  mlo_dtype dtype;
  int64_t* shape;
  int64_t* strides; /* in elements; null: row-major without gaps, which is all the host passes */
  uint64_t byte_offset;
} mlo_tensor;

/* ------------------------------------------------------------------------------- runtimes ---- */

/* A runtime builds, opens, runs and trains models of its formats. The model is a function
 *
 *   (numeric float64 [n,p], category int64 [n,q]) -> outputs float32 [n,k]
 *
 * of raw encoded rows: scaling is part of the model. p or q may be 0 (the tensor is then [n,0]).
 * category[i][j] lies in [0, sizes[j]): 0 is missing, 1 unseen. Numeric values are finite; the host
 * imputed missing ones and flags them in columns of their own. Outputs: classification, one logit per
 * class (k = number of classes), or for two classes one logit of the second class (k = 1);
 * regression, the value itself (k = 1). */
typedef struct mlo_model mlo_model;
typedef struct mlo_session mlo_session;
typedef struct mlo_trainer mlo_trainer;

/* One batch of training rows. */
typedef struct mlo_batch {
  size_t struct_size;
  const mlo_tensor* inputs; /* numeric, category */
  size_t input_count;       /* 2 */
  const mlo_tensor* target; /* int64 [n] class indices, or float64 [n] values */
  const mlo_tensor* weight; /* float32 [n], or null: every row counts 1 */
} mlo_batch;

/* Flags of trainer_step: none yet; a plugin refuses flags that it does not know. */

/* The architecture, arch_json of model_build:
 *
 *   {"task": "classification" | "regression",
 *    "numeric": p, "cardinalities": [sizes[0], ...], "outputs": k,
 *    "mean": [p numbers], "std": [p numbers > 0],      scaling, absent: none
 *    "target_mean": m, "target_std": s,                regression: value = s * module + m; absent: 0, 1
 *    "model": {...}}                                   the user's words, options of the description:
 *                                                      {"builtin": NAME, ...} or {"module": true}
 *
 * options_json of trainer_new:
 *
 *   {"task": as above, "optimizer": {"name": "adam", ...}, "threads": n, "seed": s}
 *
 * The seed decides every random number of the trainer (dropout); the order of rows is the host's.
 * Same bytes in, same seed, same threads: same bytes out, on the same machine.
 *
 * The signature, written by model_signature:
 *
 *   {"format": one of the description's, "numeric": p, "cardinalities": [...], "outputs": k} */
typedef struct mlo_runtime {
  size_t struct_size;

  /* One JSON object for the run record: library, its version, its build and CPU settings. */
  mlo_status (*describe)(const mlo_sink* out, mlo_error* error);

  /* A new model with weights drawn from seed. module: the bytes of the user's own module, called as the
   * inner module (for TorchScript `forward(numeric float32 [n,p], category int64 [n,q])` returning
   * float32 [n,k]), or null with a built-in one. */
  mlo_status (*model_build)(const char* arch_json, const mlo_bytes* module, uint64_t seed,
                            mlo_model** model, mlo_error* error);
  /* Opens what model_save wrote. Bytes, never a path: what is checked is what is opened. */
  mlo_status (*model_open)(const mlo_bytes* bytes, mlo_model** model, mlo_error* error);
  /* Equal models save to equal bytes: no times, no paths, no host names. */
  mlo_status (*model_save)(const mlo_model* model, const mlo_sink* out, mlo_error* error);
  mlo_status (*model_signature)(const mlo_model* model, const mlo_sink* out, mlo_error* error);
  void (*model_free)(mlo_model* model); /* null is allowed, as in every *_free */

  /* threads >= 1: how many the session may use inside one call. */
  mlo_status (*session_new)(const mlo_model* model, int32_t threads, mlo_session** session,
                            mlo_error* error);
  /* *outputs: an array of *output_count tensors of the session, valid until its next call. */
  mlo_status (*session_run)(mlo_session* session, const mlo_tensor* inputs, size_t input_count,
                            const mlo_tensor** outputs, size_t* output_count, mlo_error* error);
  void (*session_free)(mlo_session* session);

  /* d outputs[:, output] / d numeric as float64 [n,p], valid until the session's next call. */
  mlo_status (*session_gradients)(mlo_session* session, const mlo_tensor* inputs,
                                  size_t input_count, int64_t output, const mlo_tensor** gradient,
                                  mlo_error* error);

  /* Starts from the weights of model, which stays as it is. */
  mlo_status (*trainer_new)(const mlo_model* model, const char* options_json,
                            mlo_trainer** trainer, mlo_error* error);
  /* One update with learning rate lr; *loss is the mean loss of the batch before it. An optimizer may
   * evaluate the batch more than once. Losses: cross entropy; regression, the squared error divided
   * by target_std squared. */
  mlo_status (*trainer_step)(mlo_trainer* trainer, const mlo_batch* batch, double lr,
                             uint32_t flags, double* loss, mlo_error* error);
  /* As session_run, with the present weights; dropout and the like are off. */
  mlo_status (*trainer_eval)(mlo_trainer* trainer, const mlo_tensor* inputs, size_t input_count,
                             const mlo_tensor** outputs, size_t* output_count, mlo_error* error);
  /* A new model holding a copy of the present weights: how the host keeps the best epoch. */
  mlo_status (*trainer_model)(mlo_trainer* trainer, mlo_model** model, mlo_error* error);
  /* Everything a later trainer_new of the same model and options needs to go on to the same bytes. */
  mlo_status (*trainer_state_save)(mlo_trainer* trainer, const mlo_sink* out, mlo_error* error);
  mlo_status (*trainer_state_load)(mlo_trainer* trainer, const mlo_bytes* state,
                                   mlo_error* error);
  void (*trainer_free)(mlo_trainer* trainer);
} mlo_runtime;

/* ----------------------------------------------------------------------------- descriptor ---- */

typedef struct mlo_plugin {
  size_t struct_size;
  uint32_t abi_major; /* MLO_ABI_MAJOR of the header it was built with */
  uint32_t abi_minor;
  const char* kind;            /* "runtime" */
  const char* name;            /* as in the description, e.g. "torch" */
  const char* version;         /* of the plugin */
  const char* library_version; /* of the library beneath it, as loaded; "" if there is none */
  const char* family;          /* at most one plugin of a family is loaded in a process */
  const void* functions;       /* const mlo_runtime* for kind "runtime" */
} mlo_plugin;

/* The one exported symbol. Returns static storage, never null; cheap; called once per process. */
MLO_EXPORT const mlo_plugin* mlo_plugin_v1(void);
typedef const mlo_plugin* (*mlo_plugin_entry)(void);
#define MLO_PLUGIN_ENTRY "mlo_plugin_v1"

#ifdef __cplusplus
}
#endif

#endif
