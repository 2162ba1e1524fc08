// Training, validation and test rows from a seed. The same table, options and seed give the same
// split on every machine (own generator, no floating-point rounding in the counts but one floor).
//   random      a seeded shuffle, cut
//   stratified  the same within each value of the target, so that each part has the same proportions
//   column      a column that says train/validation/test per row (in any case) is taken at its word,
//               whatever the shares; with other values, rows that share a value stay together (groups,
//               shuffled by the seed); some of both is an error
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "table/table.hpp"

namespace mlo::table {

enum class SplitBy { random, stratified, column };

struct SplitOptions {
  /// Shares, normalised by their sum; train must be positive.
  double train = 0.8;
  double validation = 0.2;
  double test = 0;
  SplitBy by = SplitBy::random;
  /// stratified: the target; column: the column that decides.
  std::string column;
  uint64_t seed = 0;
};

/// Row numbers, ascending in each part.
struct Split {
  std::vector<uint32_t> train, validation, test;
};

/// Throws (failure) when a part with a positive share would get no row; of labelled rows, only when
/// none is for training.
Split split_rows(const Table& table, const SplitOptions& options);

/// A permutation of `rows` from a seed (Fisher-Yates over splitmix64): the order of an epoch.
void shuffle(std::vector<uint32_t>& rows, uint64_t seed);

}  // namespace mlo::table
