// What one command is to `main`: a name, a sentence, and a function that declares its options and
// returns the work. Only the chosen command's options are declared (those of all of them cost 1.4 ms at
// start-up). A command file turns argv into the XxxOptions of core, makes one core call and renders the
// report; it holds no logic that a test of core could not reach.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "base/env.hpp"
#include "base/error.hpp"
#include "cli/output.hpp"

namespace mlo::cli {

class OptionParser;

struct Context {
  Env& env;
  Output& out;
  /// Where the user stands (after -C): absolute.
  std::string directory;
  /// --json: print one document instead of text.
  bool json = false;
};

/// The work of a command once its options are parsed. Exit::done or Exit::no; errors are thrown.
using Action = std::function<Exit(Context&)>;

struct Command {
  std::string_view name;     ///< "status", "data add"
  std::string_view summary;  ///< one line, lower case, no final dot
  Action (*declare)(OptionParser& parser);
};

}  // namespace mlo::cli
