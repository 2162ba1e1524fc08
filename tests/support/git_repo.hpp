// Runs the user's git in a test's directory, with an identity of its own.
#pragma once

#include <cstdio>
#include <stdexcept>
#include <string>

namespace mlo::test {

/// stdout of `git -C directory arguments`; throws when it fails.
inline std::string git_in(const std::string& directory, const std::string& arguments) {
  std::string command = "git -C '" + directory +
                        "' -c user.name=Test -c user.email=test@example.org "
                        "-c init.defaultBranch=main -c commit.gpgsign=false " +
                        arguments + " 2>&1";
  FILE* pipe = ::popen(command.c_str(), "r");
  if (!pipe) throw std::runtime_error("popen git");
  std::string text;
  char buffer[4096];
  while (size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) text.append(buffer, count);
  if (::pclose(pipe) != 0) throw std::runtime_error("git " + arguments + ": " + text);
  return text;
}

/// A repository with an identity in its own configuration.
inline void git_init(const std::string& directory) {
  git_in(directory, "init -q");
  git_in(directory, "config user.name Test");
  git_in(directory, "config user.email test@example.org");
}

}  // namespace mlo::test
