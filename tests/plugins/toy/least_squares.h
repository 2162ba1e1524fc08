/* The model of the toy runtime: scores = bias + numeric part + one weight per category, fitted by least
 * squares (classification: to the indicator of each class). Plain C, no threads, the same bytes on
 * every machine with IEEE doubles. */
#ifndef TOY_LEAST_SQUARES_H
#define TOY_LEAST_SQUARES_H

#include <stddef.h>
#include <stdint.h>

typedef struct toy_shape {
  size_t numeric, categories, outputs;
  int classification;
  size_t* sizes;       /* [categories] */
  double *mean, *std;  /* [numeric] */
  double target_mean, target_std;
  size_t features;     /* 1 + numeric + sum of sizes */
} toy_shape;

/* Null when out of memory or when the JSON is not an architecture. */
toy_shape* toy_shape_parse(const char* arch_json);
toy_shape* toy_shape_copy(const toy_shape* shape);
void toy_shape_free(toy_shape* shape);

/* The row as features; 0 when a category is out of range. */
int toy_features(const toy_shape* shape, const double* numeric, const int64_t* category, double* out);
/* scores[k] of features under weights [features, outputs]. */
void toy_scores(const toy_shape* shape, const double* weights, const double* features, float* out);
/* Solves (gram + ridge) weights = moment by Cholesky; gram [f,f] and moment [f,k] stay as they are.
 * Returns 0 when out of memory. */
int toy_solve(const toy_shape* shape, const double* gram, const double* moment, double* weights);

#endif
