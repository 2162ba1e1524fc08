// From a model's raw outputs to probabilities, in double and in a fixed order of summation: training
// metrics, predict, verify and serve all call this.
#pragma once

#include <cstddef>
#include <span>

#include "table/raw_rows.hpp"

namespace mlo::infer {

/// Row-wise softmax: `logits` [n,k] -> `out` [n,k].
void softmax(std::span<const float> logits, size_t k, std::span<double> out);
/// One logit per row -> `out` [n,2]: 1-p, p with p = 1 / (1 + exp(-logit)).
void sigmoid_pairs(std::span<const float> logits, std::span<double> out);
/// Throws (failure, "row 3: the model's output is NaN") unless all of `outputs` [n,width] are finite.
/// `rows`: where they came from, if known ("data.csv:4: the model's ...").
void require_finite(std::span<const float> outputs, size_t width,
                    const table::RawRows* rows = nullptr);
/// Picks by width: k == classes -> softmax, k == 1 with two classes -> sigmoid_pairs. Throws (failure)
/// for any other width and for a logit that is not finite.
void probabilities(std::span<const float> logits, size_t k, size_t classes, std::span<double> out);

}  // namespace mlo::infer
