// argv before CLI11 sees it: global options, then the command's one or two words. Kept apart from
// main so that a test can reach it.
#pragma once

#include <string>
#include <vector>

#include "cli/command.hpp"

namespace mlo::cli {

struct Invocation {
  enum class Kind { run, version, help, group };
  Kind kind = Kind::help;
  std::string directory;             ///< -C DIR, "" where not given
  std::string group;                 ///< "data" of `mlo data`, for Kind::group
  const Command* command = nullptr;  ///< for Kind::run
  std::vector<std::string> rest;     ///< what follows the command's words
};

/// Throws usage() with the nearest name for an unknown command or global option.
Invocation parse_arguments(std::vector<std::string> arguments);

/// `mlo --help`, and `mlo data` when `group` is given.
std::string help_text(std::string_view group = {});

/// Declares the command's options and --json, parses `rest`, and returns the work; nullptr where
/// --help was asked for, with its text in `help`. Errors of CLI11 become usage() with suggestions.
Action parse_command(const Command& command, std::vector<std::string> rest, bool& json,
                     std::string& help);

}  // namespace mlo::cli
