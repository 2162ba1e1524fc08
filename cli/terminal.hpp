// The reporter of the program: notes and warnings on stderr, a progress bar only where stderr is a
// terminal. Thread-safe.
#pragma once

#include <memory>

#include "base/env.hpp"

namespace mlo::cli {

/// `color` and `live` (a terminal that can redraw a line) are decided by main.
std::unique_ptr<Reporter> terminal_reporter(bool color, bool live);

/// Columns of the terminal behind `fd`; 80 when it is none.
size_t terminal_width(int fd);

}  // namespace mlo::cli
