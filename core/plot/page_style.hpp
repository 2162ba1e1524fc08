// The style sheet of every report: system fonts, colours as variables for light and dark, charts,
// tables and cards. Part of each page, so that a report is one file.
#pragma once

#include <string_view>

namespace mlo::plot {

extern const std::string_view kPageStyle;

}  // namespace mlo::plot
