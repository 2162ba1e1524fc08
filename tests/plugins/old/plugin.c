/* A plugin as an early ABI 1.0 header would have built it: its own copy of the structs, which end before
 * gradients and the trainer slots. mlo must load it, run it, and say that it cannot train. Its model is a
 * constant: the two bytes "K" and a digit, which every row gets as its output. Deliberately does not
 * include mlo/plugin.h. */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct { char* text; size_t capacity; } old_error;
typedef struct { const void* data; size_t size; } old_bytes;
typedef struct { void* context; int32_t (*write)(void*, const void*, size_t); } old_sink;
typedef struct {
  void* data;
  struct { int32_t type, id; } device;
  int32_t ndim;
  struct { uint8_t code, bits; uint16_t lanes; } dtype;
  int64_t *shape, *strides;
  uint64_t byte_offset;
} old_tensor;
typedef struct { float value; } old_model;
typedef struct { float value; float* out; int64_t shape[2]; old_tensor tensor; } old_session;

static int32_t build(const char* arch, const old_bytes* module, uint64_t seed, old_model** model,
                     old_error* error) {
  (void)arch, (void)module, (void)seed, (void)model;
  snprintf(error->text, error->capacity, "the old plugin only opens models");
  return 3;
}
static int32_t open(const old_bytes* bytes, old_model** model, old_error* error) {
  const char* text = bytes->data;
  if (bytes->size != 2 || text[0] != 'K') {
    snprintf(error->text, error->capacity, "this is not a constant");
    return 2;
  }
  *model = malloc(sizeof **model);
  (*model)->value = (float)(text[1] - '0');
  return 0;
}
static int32_t save(const old_model* model, const old_sink* out, old_error* error) {
  (void)error;
  char text[2] = {'K', (char)('0' + (int)model->value)};
  return out->write(out->context, text, 2) ? 5 : 0;
}
static int32_t signature(const old_model* model, const old_sink* out, old_error* error) {
  (void)model, (void)error;
  static const char kText[] =
      "{\"format\":\"constant\",\"numeric\":1,\"cardinalities\":[],\"outputs\":1}";
  return out->write(out->context, kText, strlen(kText)) ? 5 : 0;
}
static void model_free(old_model* model) { free(model); }
static int32_t session_new(const old_model* model, int32_t threads, old_session** session,
                           old_error* error) {
  (void)threads, (void)error;
  *session = calloc(1, sizeof **session);
  (*session)->value = model->value;
  return 0;
}
static int32_t run(old_session* session, const old_tensor* inputs, size_t count,
                   const old_tensor** outputs, size_t* output_count, old_error* error) {
  (void)count, (void)error;
  int64_t rows = inputs[0].shape[0];
  session->out = realloc(session->out, (size_t)(rows + 1) * sizeof(float));
  for (int64_t i = 0; i < rows; ++i) session->out[i] = session->value;
  session->shape[0] = rows;
  session->shape[1] = 1;
  session->tensor = (old_tensor){
      .data = session->out, .device = {1, 0}, .ndim = 2, .dtype = {2, 32, 1}, .shape = session->shape};
  *outputs = &session->tensor;
  *output_count = 1;
  return 0;
}
static void session_free(old_session* session) {
  free(session->out);
  free(session);
}

static const struct {
  size_t struct_size;
  int32_t (*describe)(const old_sink*, old_error*);
  int32_t (*build)(const char*, const old_bytes*, uint64_t, old_model**, old_error*);
  int32_t (*open)(const old_bytes*, old_model**, old_error*);
  int32_t (*save)(const old_model*, const old_sink*, old_error*);
  int32_t (*signature)(const old_model*, const old_sink*, old_error*);
  void (*model_free)(old_model*);
  int32_t (*session_new)(const old_model*, int32_t, old_session**, old_error*);
  int32_t (*run)(old_session*, const old_tensor*, size_t, const old_tensor**, size_t*, old_error*);
  void (*session_free)(old_session*);
} kRuntime = {10 * sizeof(void*), NULL, build, open, save, signature,
              model_free, session_new, run, session_free};

typedef struct {
  size_t struct_size;
  uint32_t abi_major, abi_minor;
  const char *kind, *name, *version, *library_version, *family;
  const void* functions;
} old_plugin;

__attribute__((visibility("default"))) const old_plugin* mlo_plugin_v1(void) {
  static const old_plugin kPlugin = {sizeof(old_plugin), 1, 0, "runtime", "old", "0.9.0", "",
                                     "old", &kRuntime};
  return &kPlugin;
}
