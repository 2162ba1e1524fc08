// From a table to the reference profile that drift checks compare with: written as profile.json
// when a run ends, and computed on the spot where the reference of a check is a file of data.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "drift/profile.hpp"
#include "table/table.hpp"

namespace mlo::train {

/// One column over the given rows. Booleans become the labels "false" and "true".
drift::ColumnProfile profile_column(const table::Column& column, std::span<const uint32_t> rows);

/// The columns of that name, in this order, over the given rows (the training split: what the model
/// has seen). Throws for a column that the table lacks.
drift::Profile profile_table(const table::Table& table, std::span<const uint32_t> rows,
                             std::span<const std::string> columns);

}  // namespace mlo::train
