#include "cli/commands/file_filter.hpp"

#include "base/error.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

uint64_t size_of(const std::string& option, const std::string& text, uint64_t otherwise) {
  if (text.empty()) return otherwise;
  if (auto size = parse_size(text)) return *size;
  throw usage(option + " is not a size: " + quoted(text), "a number with K, M, G or T: 10M");
}

}  // namespace

void add_filter_options(OptionParser& parser, FilterArguments& arguments) {
  parser.add_option("--include", arguments.filter.include, "only files that match")
      .value_name("GLOB")
      .one_each();
  parser.add_option("--exclude", arguments.filter.exclude, "no files that match")
      .value_name("GLOB")
      .one_each();
  parser.add_option("--min-size", arguments.least, "no smaller files (10M)").value_name("SIZE");
  parser.add_option("--max-size", arguments.most, "no larger files").value_name("SIZE");
}

data::CheckoutFilter filter_of(const FilterArguments& arguments) {
  data::CheckoutFilter filter = arguments.filter;
  filter.min_size = size_of("--min-size", arguments.least, 0);
  filter.max_size = size_of("--max-size", arguments.most, UINT64_MAX);
  return filter;
}

}  // namespace mlo::cli
