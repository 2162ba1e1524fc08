#include "infer/probability.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::infer {

void softmax(std::span<const float> logits, size_t k, std::span<double> out) {
  for (size_t row = 0; row + k <= logits.size(); row += k) {
    double largest = *std::max_element(logits.begin() + row, logits.begin() + row + k);
    double sum = 0;
    for (size_t i = row; i < row + k; ++i) sum += out[i] = std::exp(logits[i] - largest);
    for (size_t i = row; i < row + k; ++i) out[i] /= sum;
  }
}

void sigmoid_pairs(std::span<const float> logits, std::span<double> out) {
  for (size_t row = 0; row < logits.size(); ++row) {
    double logit = logits[row];
    // Both from the smaller exponential: 1 - p would lose the digits of a small probability.
    double small = std::exp(-std::abs(logit)), large = 1 / (1 + small);
    small *= large;
    out[2 * row] = logit >= 0 ? small : large;
    out[2 * row + 1] = logit >= 0 ? large : small;
  }
}

void require_finite(std::span<const float> outputs, size_t width, const table::RawRows* rows) {
  for (size_t i = 0; i < outputs.size(); ++i) {
    if (std::isfinite(outputs[i])) continue;
    size_t row = i / width;
    std::string where = rows != nullptr ? rows->where(row) : "row " + std::to_string(row + 1);
    throw failure(where + ": the model's output is " + number_text(outputs[i]));
  }
}

void probabilities(std::span<const float> logits, size_t k, size_t classes, std::span<double> out) {
  if (k != classes && !(k == 1 && classes == 2)) {
    throw failure("the model gives " + std::to_string(k) + " outputs per row for " +
                  std::to_string(classes) + " classes");
  }
  require_finite(logits, k);
  if (k == classes) {
    softmax(logits, k, out);
  } else {
    sigmoid_pairs(logits, out);
  }
}

}  // namespace mlo::infer
