#include "cli/option_parser.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstdlib>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::cli {
namespace {

/// Every option name of the app, for suggestions.
std::vector<std::string> option_names(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::Option* option : app.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) names.push_back("-" + name);
  }
  return names;
}

/// What no option and no positional took. CLI11 counts the "--" that ends the options among it.
std::vector<std::string> unused_words(const CLI::App& app) {
  std::vector<std::string> words = app.remaining();
  auto mark = std::ranges::find(words, "--");
  if (mark != words.end()) words.erase(mark);
  return words;
}

[[noreturn]] void unexpected_arguments(const std::string& help, const CLI::App& app) {
  for (const std::string& word : app.remaining()) {
    if (word == "--") break;
    if (!word.starts_with('-') || word == "-") continue;
    std::string name = word.substr(0, word.find('='));
    auto near = nearest(name, option_names(app));
    throw usage("unknown option " + quoted(name), near ? "did you mean '" + *near + "'?" : help);
  }
  throw usage("unexpected argument " + quoted(unused_words(app).front()), help);
}

template <class Integer>
bool is_decimal(std::string_view word) {
  Integer value;
  const char* end = word.data() + word.size();
  auto [stop, problem] = std::from_chars(word.data(), end, value);
  std::string_view digits = word.substr(word.starts_with('-') ? 1 : 0);
  return problem == std::errc() && stop == end && (digits == "0" || !digits.starts_with('0'));
}

/// CLI11 clamps integers that do not fit, wraps negative ones, reads 010 as eight, and takes NaN to
/// lie in any range.
void check_numbers(const CLI::App& app) {
  for (const CLI::Option* option : app.get_options()) {
    const std::string type = option->get_type_name();
    for (const std::string& word : option->results()) {
      std::string wanted;
      if (type.starts_with("INT") && !is_decimal<int64_t>(word)) {
        wanted = "a decimal integer of at most 64 bits";
      } else if (type.starts_with("UINT") && !is_decimal<uint64_t>(word)) {
        wanted = "a decimal integer of at most 64 bits, 0 or more";
      } else if (type.starts_with("FLOAT") && std::isnan(std::strtod(word.c_str(), nullptr))) {
        wanted = "a number";
      }
      if (!wanted.empty()) {
        throw usage(option->get_name() + " must be " + wanted + ", found " + quoted(word));
      }
    }
  }
}

std::string lower_first(std::string text) {
  std::ranges::replace(text, '\n', ' ');
  while (!text.empty() && (text.back() == '.' || text.back() == ' ')) text.pop_back();
  if (text.size() > 1 && std::islower(static_cast<unsigned char>(text[1]))) {
    text[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(text[0])));
  }
  return text;
}

}  // namespace

Option Option::required() {
  option_->required();
  return *this;
}

Option Option::one_each() {
  option_->allow_extra_args(false);
  return *this;
}

Option Option::delimiter(char separator) {
  option_->delimiter(separator);
  return *this;
}

Option Option::value_name(const std::string& name) {
  option_->type_name(name);
  return *this;
}

Option Option::show_default() {
  option_->capture_default_str();
  return *this;
}

Option Option::range(int least, int most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::range(double least, double most) {
  option_->check(CLI::Range(least, most));
  return *this;
}

Option Option::one_of(std::vector<std::string> words) {
  option_->check(CLI::IsMember(std::move(words)));
  return *this;
}

Option Option::needs(Option other) {
  option_->needs(other.option_);
  return *this;
}

Option Option::excludes(Option other) {
  option_->excludes(other.option_);
  return *this;
}

bool Option::given() const { return option_->count() > 0; }

OptionParser::OptionParser(std::string_view command, std::string_view summary)
    : command_("mlo " + std::string(command)),
      app_(std::make_unique<CLI::App>(std::string(summary), command_)) {
  app_->set_help_flag("-h,--help", "print this help");
  app_->allow_extras();
}

OptionParser::~OptionParser() = default;

template <class T>
Option OptionParser::add_option(const std::string& names, T& value, const std::string& help) {
  return Option(app_->add_option(names, value, help));
}

Option OptionParser::add_flag(const std::string& names, bool& value, const std::string& help) {
  return Option(app_->add_flag(names, value, help));
}

bool OptionParser::has(const std::string& name) const {
  return app_->get_option_no_throw(name) != nullptr;
}

std::optional<std::string> OptionParser::parse(std::vector<std::string> words) {
  const std::string hint = "'" + command_ + " --help' lists the options";
  std::ranges::reverse(words);  // CLI11 takes its words from the back
  try {
    app_->parse(words);
  } catch (const CLI::CallForHelp&) {
    return app_->help();
  } catch (const CLI::ParseError& error) {
    // An option that is not known is worth more words than what it left missing.
    const bool unknown = std::ranges::any_of(unused_words(*app_), [](const std::string& word) {
      return word.size() > 1 && word[0] == '-';
    });
    if (unknown) unexpected_arguments(hint, *app_);
    throw usage(lower_first(error.what()), hint);
  }
  if (!unused_words(*app_).empty()) unexpected_arguments(hint, *app_);
  check_numbers(*app_);
  return std::nullopt;
}

template Option OptionParser::add_option(const std::string&, std::string&, const std::string&);
template Option OptionParser::add_option(const std::string&, std::vector<std::string>&,
                                         const std::string&);
template Option OptionParser::add_option(const std::string&, int&, const std::string&);
template Option OptionParser::add_option(const std::string&, unsigned&, const std::string&);
template Option OptionParser::add_option(const std::string&, uint16_t&, const std::string&);
template Option OptionParser::add_option(const std::string&, int64_t&, const std::string&);
template Option OptionParser::add_option(const std::string&, uint64_t&, const std::string&);
template Option OptionParser::add_option(const std::string&, double&, const std::string&);
template Option OptionParser::add_option(const std::string&, std::optional<int64_t>&,
                                         const std::string&);
template Option OptionParser::add_option(const std::string&, std::optional<uint64_t>&,
                                         const std::string&);

}  // namespace mlo::cli
