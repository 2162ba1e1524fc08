// A workspace, with or without git, for the tests of the data room.
#pragma once

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstdio>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/add.hpp"
#include "data/checkout.hpp"
#include "data/diff.hpp"
#include "data/status.hpp"
#include "repo/init.hpp"
#include "support/error_of.hpp"
#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

namespace mlo::test {

struct DataFixture {
  TempDir dir;
  TestEnv test;

  explicit DataFixture(bool git = false) {
    if (git) git_init(dir.path());
    repo::init(test.env, dir.path());
    later();
  }
  /// Writes the file as if a second later: the kernel's clock has ticks of some milliseconds, and
  /// later() tells mlo that they are long over.
  void rewrite(const std::string& path, const std::string& text) {
    dir.write(path, text);
    struct timespec times[2] = {{0, UTIME_OMIT}, stat_of(dir / path)->st_mtim};
    times[1].tv_sec += 1;
    REQUIRE(::utimensat(AT_FDCWD, (dir / path).c_str(), times, 0) == 0);
  }
  /// So much later that nothing written so far is racy.
  void later() { test.clock.set(system_clock().now() + 10'000'000'000); }
  repo::Workspace open() { return repo::Workspace::open(test.env, dir.path()); }
  data::AddReport add(std::vector<std::string> paths) {
    repo::Workspace workspace = open();
    return data::add(test.env, workspace, {.paths = std::move(paths)});
  }
  data::StatusReport status(std::vector<std::string> paths = {}) {
    repo::Workspace workspace = open();
    return data::status(test.env, workspace, {.paths = std::move(paths)});
  }
  data::CheckoutReport checkout(std::vector<std::string> paths = {}, bool force = false) {
    repo::Workspace workspace = open();
    return data::checkout(test.env, workspace, {.paths = std::move(paths), .force = force});
  }
  data::DiffReport diff(std::vector<std::string> arguments = {}) {
    repo::Workspace workspace = open();
    return data::diff(test.env, workspace, {.arguments = std::move(arguments)});
  }
  std::string git(const std::string& arguments) { return git_in(dir.path(), arguments); }
  void remove(const std::string& path) { remove_tree(posix_files(), dir / path); }
};

/// "modified data/a.csv" lines, for comparisons that print well.
inline std::string lines(const std::vector<data::FileState>& files) {
  std::string text;
  for (const data::FileState& file : files) {
    text += std::string(data::state_name(file.state)) + " ";
    if (!file.from.empty()) text += file.from + " -> ";
    text += file.path + "\n";
  }
  return text;
}

/// Every file, link and directory below `root` with kind, executable bit and content.
inline std::map<std::string, std::string> contents(const std::string& root) {
  std::map<std::string, std::string> found;
  std::string command = "cd '" + root + "' && find . -mindepth 1 -name .mlo -prune -o -name .git " +
                        "-prune -o -mindepth 1 -print0";
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string names;
  char buffer[4096];
  while (size_t count = std::fread(buffer, 1, sizeof buffer, pipe)) names.append(buffer, count);
  ::pclose(pipe);
  for (std::string_view name : split(names, '\0')) {
    if (name.empty()) continue;
    std::string path = root + "/" + std::string(name);
    auto status = stat_of(path);
    if (S_ISDIR(status->st_mode)) {
      found[std::string(name)] = "directory";
    } else if (S_ISLNK(status->st_mode)) {
      char target[4096];
      ssize_t length = ::readlink(path.c_str(), target, sizeof target);
      found[std::string(name)] = "link " + std::string(target, static_cast<size_t>(length));
    } else if (S_ISREG(status->st_mode)) {
      found[std::string(name)] = (status->st_mode & S_IXUSR ? "x " : "- ") + read_file(path);
    } else {
      found[std::string(name)] = "special";
    }
  }
  return found;
}

/// Runs `work` in a child process, without root's powers where the test has them (everything below
/// `owned` then belongs to the child's user); returns the message of the Error, "" if none.
inline std::string in_child(const std::string& owned, const std::function<void()>& work,
                            bool drop_root = true) {
  int ends[2];
  if (::pipe(ends) != 0) throw std::runtime_error("pipe");
  bool root = drop_root && ::geteuid() == 0;
  if (root) {
    std::string command = "chown -R 65534:65534 '" + owned + "'";
    if (std::system(command.c_str()) != 0) throw std::runtime_error(command);
  }
  pid_t child = ::fork();
  if (child == 0) {
    std::string message;
    try {
      if (root && (::setgid(65534) != 0 || ::setuid(65534) != 0)) ::_exit(9);
      work();
    } catch (const Error& error) {
      message = error.message();
    } catch (const std::exception& error) {
      message = std::string("unexpected: ") + error.what();
    }
    if (::write(ends[1], message.data(), message.size()) < 0) ::_exit(9);
    ::_exit(0);
  }
  ::close(ends[1]);
  std::string message;
  char buffer[4096];
  ssize_t count = 0;
  while ((count = ::read(ends[0], buffer, sizeof buffer)) > 0) {
    message.append(buffer, static_cast<size_t>(count));
  }
  ::close(ends[0]);
  int status = 0;
  ::waitpid(child, &status, 0);
  if (status != 0) throw std::runtime_error("the child died");
  return message;
}

}  // namespace mlo::test
