// drift.NAME of mlo.yaml: what to compare with and when it counts as drift.
//
//   drift:
//     vocabulary:
//       model: model:vocabulary@production   # its stored profile is the reference
//       reference: data/1984.csv             # or a file of data, instead of the stored profile
//       share: 0.5                           # drifted when so many of the columns drifted
//       fail_on: [age]                       # these columns suffice alone
//       numeric: {test: psi, threshold: 0.2}         # instead of the automatic choice
//       categorical: {test: jensenshannon}
//       columns:
//         educ: {test: ks, threshold: 0.01}  # before those of the type
//         year: {test: none}                 # left out
//
// At least one of `model` and `reference` is given; the columns compared are the model's inputs, or
// all columns of the reference where no model is named.
#pragma once

#include <string>

#include "drift/check.hpp"
#include "repo/config.hpp"

namespace mlo::score {

struct DriftSpec {
  std::string model;      ///< as written; empty: none
  std::string reference;  ///< as written; empty: the model's profile
  drift::Settings settings;
};

/// Throws usage with the position in mlo.yaml. The entry must exist.
DriftSpec parse_drift_spec(const repo::Config& config, const std::string& name);

}  // namespace mlo::score
