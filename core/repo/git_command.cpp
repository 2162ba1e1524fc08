#include "repo/git_command.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::repo {
namespace {

ProcessOptions options_of(Env& env, const GitCommand& command) {
  // git rev-parse --local-env-vars.
  static constexpr std::array kLocal = {"GIT_DIR",
                                        "GIT_WORK_TREE",
                                        "GIT_INDEX_FILE",
                                        "GIT_OBJECT_DIRECTORY",
                                        "GIT_COMMON_DIR",
                                        "GIT_NAMESPACE",
                                        "GIT_PREFIX",
                                        "GIT_ALTERNATE_OBJECT_DIRECTORIES",
                                        "GIT_SHALLOW_FILE",
                                        "GIT_GRAFT_FILE",
                                        "GIT_IMPLICIT_WORK_TREE",
                                        "GIT_INTERNAL_SUPER_PREFIX"};
  ProcessOptions options;
  options.argv = {"git", "--no-pager"};
  if (!command.directory.empty()) {
    options.argv.insert(options.argv.end(), {"-C", command.directory});
  }
  if (!command.git_dir.empty()) options.argv.push_back("--git-dir=" + command.git_dir);
  options.argv.insert(options.argv.end(), command.arguments.begin(), command.arguments.end());
  for (const char* name : kLocal) options.environment[name] = std::nullopt;
  options.environment["GIT_LITERAL_PATHSPECS"] = "1";
  options.environment["GIT_OPTIONAL_LOCKS"] = "0";
  options.environment["LC_ALL"] = "C";
  if (!env.variables.get("GIT_ALLOW_PROTOCOL")) {
    options.environment["GIT_ALLOW_PROTOCOL"] = "file:git:http:https:ssh";
  }
  options.input = command.input;
  options.output = command.output;
  return options;
}

/// "https://user:secret@host" -> "https://host": insteadOf may bring a password into git's messages.
std::string without_credentials(std::string text) {
  for (size_t at = text.find("://"); at != std::string::npos; at = text.find("://", at + 3)) {
    const size_t end = std::min(text.find_first_of(" '\"\n", at), text.size());
    const size_t user = text.rfind('@', end);
    if (user != std::string::npos && user > at) text.erase(at + 3, user - at - 2);
  }
  return text;
}

}  // namespace

ProcessResult run_git(Env& env, const GitCommand& command) {
  try {
    return run_process(env, options_of(env, command));
  } catch (Error& error) {
    if (error.system_code() != ENOENT) throw;
    throw std::move(error).with_hint("git must be installed and on PATH for this");
  }
}

std::string git_reason(const ProcessResult& result) {
  std::string first;
  for (std::string_view line : split(result.errors, '\n')) {
    line = trimmed(line);
    const bool error = line.starts_with("fatal: ") || line.starts_with("error: ");
    if (error) return without_credentials(printable(line.substr(7)));
    if (first.empty()) first = line;
  }
  return first.empty() ? "git ended with code " + std::to_string(result.code)
                       : without_credentials(printable(first));
}

std::string ask_git(Env& env, const GitCommand& command, const std::string& what) {
  ProcessResult result = run_git(env, command);
  if (result.code != 0) throw failure(what + ": " + git_reason(result));
  return std::move(result.output);
}

}  // namespace mlo::repo
