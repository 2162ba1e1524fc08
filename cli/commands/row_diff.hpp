// How `data diff --rows` prints tables.
#pragma once

#include "cli/command.hpp"
#include "data/table_diff.hpp"

namespace mlo::cli {

void print_tables(Output& out, const std::vector<data::TableDiff>& tables);
format::Value tables_json(const std::vector<data::TableDiff>& tables);

}  // namespace mlo::cli
