// The report of a drift check as one HTML file: the answer, a table of all columns, and the two
// distributions of each.
#pragma once

#include <string>

#include "base/env.hpp"
#include "score/drift_check.hpp"

namespace mlo::score {

/// `created` is shown in the page.
std::string drift_html(const DriftCheckReport& report, Time created);

/// "drift in 4 of 6 columns", "no drift in 6 columns": the answer in words, also in the terminal.
std::string headline(const drift::DriftReport& report);
/// A score or threshold with four significant digits.
std::string score_text(double value);

}  // namespace mlo::score
