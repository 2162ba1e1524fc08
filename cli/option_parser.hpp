// The options and positionals of one command. CLI11 does the work behind this wall: each file that includes
// it takes 6 s longer to compile, and there are more than sixty commands.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace mlo::cli {

/// One option or positional, while it is declared. Copies speak of the same option.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required();
  /// For lists: one value each time the option is given, instead of all words that follow.
  Option one_each();
  /// For lists: a value may hold several, separated by this.
  Option delimiter(char separator);
  /// What --help calls the value: "SIZE".
  Option value_name(const std::string& name);
  /// --help shows the value that the variable has now.
  Option show_default();
  Option range(int least, int most);
  Option range(double least, double most);
  Option one_of(std::vector<std::string> words);
  Option needs(Option other);
  Option excludes(Option other);
  /// After parsing: was it on the command line?
  bool given() const;

 private:
  CLI::Option* option_;
};

class OptionParser {
 public:
  /// `command` without "mlo": "data add".
  OptionParser(std::string_view command, std::string_view summary);
  OptionParser(const OptionParser&) = delete;
  ~OptionParser();

  /// Names as "-n,--dry-run" for an option, "PATH" for a positional. Parsing writes `value`, which must
  /// live until then. T: a string, a number, an optional number or a vector of strings; the types in use
  /// are listed at the end of option_parser.cpp.
  template <class T>
  Option add_option(const std::string& names, T& value, const std::string& help);
  /// An option without a value.
  Option add_flag(const std::string& names, bool& value, const std::string& help);
  bool has(const std::string& name) const;

  /// Throws usage(), with the nearest name for an unknown option. The text to print where --help was
  /// asked for, nullopt otherwise.
  std::optional<std::string> parse(std::vector<std::string> words);

 private:
  std::string command_;
  std::unique_ptr<CLI::App> app_;
};

}  // namespace mlo::cli
