// samples.json of a package: a few raw training rows with the outputs that the model gave for them
// when it was trained. Written by train, checked by `package verify`: whoever has the package can
// see that the model still answers as it did, on this machine, with this runtime.
//
// Canonical JSON:
//   {"columns":[NAME...],"mlo_samples":1,"outputs":{"prediction":[V...],"probability":[[P...]...]},
//    "rows":[[CELL...]...]}
// A CELL is null (missing), a boolean, a number or a string (texts, and dates as they are typed).
// `probability` is there for classification only; doubles are written shortest round-trip, so equal
// bytes mean equal bits.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "infer/predictor.hpp"
#include "table/raw_rows.hpp"

namespace mlo::infer {

/// `rows` are the raw columns that the encoder knows (others are left out); runs the model on them.
std::string make_samples(const Predictor& predictor, const table::RawRows& rows, int threads = 1);

struct SampleCheck {
  uint64_t rows = 0;
  uint64_t different = 0;  ///< rows of which an output differs in any bit
  std::string first;       ///< "row 3: prediction is 'yes', stored 'no'"; empty if none
};
/// Runs the stored rows again and compares. Throws when `text` is malformed or does not fit the
/// model.
SampleCheck check_samples(const Predictor& predictor, std::string_view text,
                          const std::string& name, int threads = 1);

}  // namespace mlo::infer
