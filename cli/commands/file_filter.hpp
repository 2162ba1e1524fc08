// --include, --exclude, --min-size and --max-size of the commands that bring files.
#pragma once

#include <string>

#include "cli/command.hpp"
#include "data/checkout_filter.hpp"

namespace mlo::cli {

struct FilterArguments {
  data::CheckoutFilter filter;
  std::string least, most;  ///< sizes as typed
};

/// `arguments` must live as long as the parser's values are used.
void add_filter_options(OptionParser& parser, FilterArguments& arguments);
/// Throws usage for what is no size.
data::CheckoutFilter filter_of(const FilterArguments& arguments);

}  // namespace mlo::cli
