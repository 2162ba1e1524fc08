#include "least_squares.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "json.h"

static void* copy_of(const void* data, size_t size) {
  void* out = malloc(size ? size : 1);
  if (out && size) memcpy(out, data, size);
  return out;
}

toy_shape* toy_shape_parse(const char* json) {
  double numeric = toy_number(json, "numeric", -1), outputs = toy_number(json, "outputs", -1);
  if (numeric < 0 || numeric > 1e6 || outputs < 1 || outputs > 1e6) return NULL;
  size_t categories = toy_numbers(json, "cardinalities", NULL, 0);
  toy_shape* shape = calloc(1, sizeof *shape);
  double* sizes = calloc(categories + 1, sizeof *sizes);
  if (!shape || !sizes) return free(shape), free(sizes), NULL;
  shape->numeric = (size_t)numeric;
  shape->outputs = (size_t)outputs;
  shape->categories = categories;
  shape->classification = toy_is(json, "task", "classification");
  shape->target_mean = toy_number(json, "target_mean", 0);
  shape->target_std = toy_number(json, "target_std", 1);
  shape->sizes = calloc(categories + 1, sizeof *shape->sizes);
  shape->mean = calloc(shape->numeric + 1, sizeof *shape->mean);
  shape->std = calloc(shape->numeric + 1, sizeof *shape->std);
  if (!shape->sizes || !shape->mean || !shape->std) return free(sizes), toy_shape_free(shape), NULL;
  for (size_t i = 0; i < shape->numeric; ++i) shape->std[i] = 1;
  toy_numbers(json, "mean", shape->mean, shape->numeric);
  toy_numbers(json, "std", shape->std, shape->numeric);
  toy_numbers(json, "cardinalities", sizes, categories);
  shape->features = 1 + shape->numeric;
  for (size_t i = 0; i < categories; ++i) {
    shape->sizes[i] = (size_t)sizes[i];
    shape->features += shape->sizes[i];
  }
  free(sizes);
  return shape;
}

toy_shape* toy_shape_copy(const toy_shape* from) {
  toy_shape* shape = copy_of(from, sizeof *from);
  if (!shape) return NULL;
  shape->sizes = copy_of(from->sizes, from->categories * sizeof *from->sizes);
  shape->mean = copy_of(from->mean, from->numeric * sizeof *from->mean);
  shape->std = copy_of(from->std, from->numeric * sizeof *from->std);
  if (shape->sizes && shape->mean && shape->std) return shape;
  toy_shape_free(shape);
  return NULL;
}

void toy_shape_free(toy_shape* shape) {
  if (!shape) return;
  free(shape->sizes);
  free(shape->mean);
  free(shape->std);
  free(shape);
}

int toy_features(const toy_shape* shape, const double* numeric, const int64_t* category,
                 double* out) {
  memset(out, 0, shape->features * sizeof *out);
  out[0] = 1;
  for (size_t i = 0; i < shape->numeric; ++i)
    out[1 + i] = (numeric[i] - shape->mean[i]) / shape->std[i];
  size_t offset = 1 + shape->numeric;
  for (size_t i = 0; i < shape->categories; ++i) {
    if (category[i] < 0 || (uint64_t)category[i] >= shape->sizes[i]) return 0;
    out[offset + (size_t)category[i]] = 1;
    offset += shape->sizes[i];
  }
  return 1;
}

void toy_scores(const toy_shape* shape, const double* weights, const double* features,
                float* out) {
  for (size_t k = 0; k < shape->outputs; ++k) {
    double sum = 0;
    for (size_t f = 0; f < shape->features; ++f)
      sum += features[f] * weights[f * shape->outputs + k];
    /* Indicators lie in [0, 1]; times four they make usable logits. */
    out[k] = (float)(shape->classification ? 4 * sum - (shape->outputs == 1 ? 2 : 0)
                                           : sum * shape->target_std + shape->target_mean);
  }
}

static void factorize(double* a, size_t n) {
  for (size_t j = 0; j < n; ++j) {
    for (size_t i = 0; i < j; ++i) a[j * n + j] -= a[j * n + i] * a[j * n + i];
    a[j * n + j] = sqrt(a[j * n + j]);
    for (size_t r = j + 1; r < n; ++r) {
      for (size_t i = 0; i < j; ++i) a[r * n + j] -= a[r * n + i] * a[j * n + i];
      a[r * n + j] /= a[j * n + j];
    }
  }
}

int toy_solve(const toy_shape* shape, const double* gram, const double* moment, double* weights) {
  size_t n = shape->features, k = shape->outputs;
  double* a = copy_of(gram, n * n * sizeof *a);
  if (!a) return 0;
  /* gram[0] is the number of rows; one-hot columns are collinear with the bias, hence the ridge. */
  for (size_t i = 0; i < n; ++i) a[i * n + i] += 1e-6 * (gram[0] > 0 ? gram[0] : 1);
  factorize(a, n);
  for (size_t c = 0; c < k; ++c) {
    for (size_t i = 0; i < n; ++i) {
      double sum = moment[i * k + c];
      for (size_t j = 0; j < i; ++j) sum -= a[i * n + j] * weights[j * k + c];
      weights[i * k + c] = sum / a[i * n + i];
    }
    for (size_t i = n; i-- > 0;) {
      double sum = weights[i * k + c];
      for (size_t j = i + 1; j < n; ++j) sum -= a[j * n + i] * weights[j * k + c];
      weights[i * k + c] = sum / a[i * n + i];
    }
  }
  free(a);
  return 1;
}
