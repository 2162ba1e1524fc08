#include "model.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static const char kMagic[] = "mlo-toy 1\n";

mlo_status toy_fail(mlo_error* error, mlo_status code, const char* text) {
  snprintf(error->text, error->capacity, "%s", text);
  return code;
}

mlo_model* toy_model_new(const char* arch, const double* weights) {
  mlo_model* model = calloc(1, sizeof *model);
  if (!model) return NULL;
  model->arch = strdup(arch);
  model->shape = toy_shape_parse(arch);
  size_t count = model->shape ? model->shape->features * model->shape->outputs : 0;
  model->weights = calloc(count + 1, sizeof *model->weights);
  if (!model->arch || !model->shape || !model->weights) return toy_model_free(model), NULL;
  if (weights) memcpy(model->weights, weights, count * sizeof *weights);
  return model;
}

void toy_model_free(mlo_model* model) {
  if (!model) return;
  free(model->arch);
  toy_shape_free(model->shape);
  free(model->weights);
  free(model);
}

mlo_status toy_build(const char* arch, const mlo_bytes* module, uint64_t seed, mlo_model** model,
                     mlo_error* error) {
  (void)seed; /* least squares draws nothing */
  if (module) return toy_fail(error, MLO_ERROR_UNSUPPORTED, "the toy takes no module of the user");
  const char* words = toy_member(arch, "model");
  if (!words || !toy_is(words, "builtin", "linear"))
    return toy_fail(error, MLO_ERROR_ARGUMENT, "the toy has one built-in model, 'linear'");
  *model = toy_model_new(arch, NULL);
  return *model ? MLO_OK : toy_fail(error, MLO_ERROR_ARGUMENT, "not an architecture");
}

/* strtod needs a terminated copy; model files are small. */
static mlo_status parse(char* text, mlo_model** model, mlo_error* error) {
  char* arch = text + strlen(kMagic);
  char* end = strchr(arch, '\n');
  if (!end) return toy_fail(error, MLO_ERROR_FORMAT, "the toy model is cut short");
  *end = '\0';
  mlo_model* out = toy_model_new(arch, NULL);
  if (!out) return toy_fail(error, MLO_ERROR_FORMAT, "the toy model has no architecture");
  char* at = end + 1;
  for (size_t i = 0; i < out->shape->features * out->shape->outputs; ++i) {
    char* next;
    out->weights[i] = strtod(at, &next);
    if (next == at) {
      toy_model_free(out);
      return toy_fail(error, MLO_ERROR_FORMAT, "the toy model is cut short");
    }
    at = next;
  }
  *model = out;
  return MLO_OK;
}

mlo_status toy_open(const mlo_bytes* bytes, mlo_model** model, mlo_error* error) {
  size_t magic = strlen(kMagic);
  if (bytes->size < magic || memcmp(bytes->data, kMagic, magic) != 0)
    return toy_fail(error, MLO_ERROR_FORMAT, "this is not a toy model");
  char* text = malloc(bytes->size + 1);
  if (!text) return MLO_ERROR_MEMORY;
  memcpy(text, bytes->data, bytes->size);
  text[bytes->size] = '\0';
  mlo_status status = parse(text, model, error);
  free(text);
  return status;
}

static mlo_status put(const mlo_sink* out, const char* text) {
  return out->write(out->context, text, strlen(text)) ? MLO_ERROR_SINK : MLO_OK;
}

mlo_status toy_save(const mlo_model* model, const mlo_sink* out, mlo_error* error) {
  (void)error;
  if (put(out, kMagic) || put(out, model->arch) || put(out, "\n")) return MLO_ERROR_SINK;
  for (size_t i = 0; i < model->shape->features * model->shape->outputs; ++i) {
    char line[64];
    snprintf(line, sizeof line, "%a\n", model->weights[i]);
    if (put(out, line)) return MLO_ERROR_SINK;
  }
  return MLO_OK;
}

mlo_status toy_signature(const mlo_model* model, const mlo_sink* out, mlo_error* error) {
  (void)error;
  const toy_shape* shape = model->shape;
  char text[128];
  snprintf(text, sizeof text, "{\"format\":\"toy\",\"numeric\":%zu,\"outputs\":%zu,\"cardinalities\":[",
           shape->numeric, shape->outputs);
  if (put(out, text)) return MLO_ERROR_SINK;
  for (size_t i = 0; i < shape->categories; ++i) {
    snprintf(text, sizeof text, "%s%zu", i ? "," : "", shape->sizes[i]);
    if (put(out, text)) return MLO_ERROR_SINK;
  }
  return put(out, "]}");
}
