#include "cli/arguments.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdlib>

#include "base/text.hpp"
#include "cli/commands.hpp"

namespace mlo::cli {
namespace {

std::string_view first_word(std::string_view name) { return name.substr(0, name.find(' ')); }

const Command* find_command(std::string_view name) {
  for (const Command& command : commands()) {
    if (command.name == name) return &command;
  }
  return nullptr;
}

bool is_group(std::string_view word) {
  return std::ranges::any_of(commands(), [&](const Command& command) {
    return command.name.size() > word.size() && first_word(command.name) == word;
  });
}

[[noreturn]] void unknown_command(const std::string& name) {
  std::vector<std::string> names;
  for (const Command& command : commands()) {
    names.emplace_back(command.name);
    names.emplace_back(first_word(command.name));
  }
  auto near = nearest(name, names);
  throw usage("unknown command " + quoted(name),
              near ? "did you mean 'mlo " + *near + "'?" : "'mlo --help' lists the commands");
}

void take_global_options(std::vector<std::string>& words, Invocation& invocation) {
  while (!words.empty() && words[0].starts_with('-')) {
    std::string option = words[0];
    words.erase(words.begin());
    if (option == "-C") {
      if (words.empty()) throw usage("-C needs a directory");
      invocation.directory = join_path(invocation.directory, words[0]);
      words.erase(words.begin());
    } else if (option == "--version") {
      invocation.kind = Invocation::Kind::version;
      words.clear();
    } else if (option == "--help" || option == "-h") {
      words.clear();
    } else {
      std::vector<std::string> known = {"-C", "--version", "--help"};
      throw usage("unknown option " + quoted(option), suggestion(option, known));
    }
  }
}

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

[[noreturn]] void unexpected_arguments(const Command& command, const CLI::App& app) {
  std::string help = "'mlo " + std::string(command.name) + " --help' lists the options";
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

Invocation parse_arguments(std::vector<std::string> words) {
  Invocation invocation;
  take_global_options(words, invocation);
  if (words.empty()) return invocation;
  if (words[0] == "help") {
    words.erase(words.begin());
    if (words.empty()) return invocation;
    words.emplace_back("--help");
  }
  if (words.size() >= 2) invocation.command = find_command(words[0] + " " + words[1]);
  size_t used = invocation.command != nullptr ? 2 : 1;
  if (invocation.command == nullptr) invocation.command = find_command(words[0]);
  if (invocation.command == nullptr) {
    if (!is_group(words[0])) unknown_command(words[0]);
    if (words.size() >= 2 && !words[1].starts_with('-')) {
      unknown_command(words[0] + " " + words[1]);
    }
    invocation.kind = Invocation::Kind::group;
    invocation.group = words[0];
    return invocation;
  }
  invocation.kind = Invocation::Kind::run;
  invocation.rest.assign(words.begin() + static_cast<ptrdiff_t>(used), words.end());
  return invocation;
}

std::string help_text(std::string_view group) {
  std::string text = group.empty() ? "usage: mlo [-C DIR] COMMAND [OPTIONS]\n\n"
                                   : "usage: mlo " + std::string(group) + " COMMAND [OPTIONS]\n\n";
  size_t width = 0;
  auto shown = [&](const Command& command) {
    return group.empty() || first_word(command.name) == group;
  };
  for (const Command& command : commands()) {
    if (shown(command)) width = std::max(width, command.name.size());
  }
  for (const Command& command : commands()) {
    if (!shown(command)) continue;
    std::string name(command.name);
    name.resize(width + 3, ' ');
    text += "  " + name + std::string(command.summary) + "\n";
  }
  return text + "\n'mlo COMMAND --help' tells a command's options, 'man mlo-<command>' the rest.\n";
}

Action parse_command(const Command& command, std::vector<std::string> rest, bool& json,
                     std::string& help) {
  CLI::App app(std::string(command.summary), "mlo " + std::string(command.name));
  app.set_help_flag("-h,--help", "print this help");
  app.allow_extras();
  Action action = command.declare(app);
  if (app.get_option_no_throw("--json") == nullptr) {
    app.add_flag("--json", json, "print one JSON document");
  }
  std::ranges::reverse(rest);  // CLI11 takes its words from the back
  try {
    app.parse(rest);
  } catch (const CLI::CallForHelp&) {
    help = app.help();
    return nullptr;
  } catch (const CLI::ParseError& error) {
    // An option that is not known is worth more words than what it left missing.
    const bool unknown = std::ranges::any_of(unused_words(app), [](const std::string& word) {
      return word.size() > 1 && word[0] == '-';
    });
    if (unknown) unexpected_arguments(command, app);
    throw usage(lower_first(error.what()),
                "'mlo " + std::string(command.name) + " --help' lists the options");
  }
  if (!unused_words(app).empty()) unexpected_arguments(command, app);
  check_numbers(app);
  return action;
}

}  // namespace mlo::cli
