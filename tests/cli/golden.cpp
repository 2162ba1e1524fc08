// Runs one case file: a session of commands in a fresh folder, each with its exit code and golden
// output. A new case is a new file and costs no code.
//
//   # text                 a remark
//   $ COMMAND              set-up: must end with 0, its output is not compared
//   CODE COMMAND           a command and the exit code it must have
//   > TEXT                 its stdout, line by line
//   ! TEXT                 its stderr, line by line
//
// A command that must end with 2 or 3 must also leave the folder as it was, byte for byte (caches
// and lock files aside); `3+ COMMAND` says that it may leave traces (a run that failed is on
// record). Commands run by `sh -c` with the built mlo first on the path, a plain git identity, no
// colours, no terminal, and $DATA naming tests/cli/data. What differs between runs is replaced
// before comparing: see normalise(). With MLO_TEST_ACCEPT=1 the file is rewritten with what was
// seen.
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace fs = std::filesystem;

namespace {

std::string read_all(const fs::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

/// A step of the case: leading remarks, the command line as written, its golden output.
struct Step {
  std::vector<std::string> before;
  bool setup = false;
  bool may_change = false;
  int code = 0;
  std::string line;
  std::string command;
  std::vector<std::string> out, err;
};

struct Case {
  std::vector<Step> steps;
  std::vector<std::string> after;
};

Case parse(const fs::path& path) {
  Case result;
  std::vector<std::string> remarks;
  int number = 0;
  for (const std::string& line : lines_of(read_all(path))) {
    ++number;
    std::smatch match;
    static const std::regex kCommand("(\\$|[0-9]+\\+?) (.+)");
    if (line.empty() || line[0] == '#') {
      remarks.push_back(line);
    } else if (line[0] == '>' || line[0] == '!') {
      if (result.steps.empty() || result.steps.back().setup) {
        throw std::runtime_error(path.string() + ":" + std::to_string(number) +
                                 ": output before any command");
      }
      Step& step = result.steps.back();
      (line[0] == '>' ? step.out : step.err).push_back(line.size() > 2 ? line.substr(2) : "");
    } else if (std::regex_match(line, match, kCommand)) {
      Step step;
      step.before = std::move(remarks);
      remarks.clear();
      step.line = line;
      step.command = match[2];
      step.setup = match[1] == "$";
      step.may_change = match[1].str().back() == '+';
      step.code = step.setup ? 0 : std::stoi(match[1]);
      result.steps.push_back(std::move(step));
    } else {
      throw std::runtime_error(path.string() + ":" + std::to_string(number) +
                               ": not a step: " + line);
    }
  }
  result.after = std::move(remarks);
  return result;
}

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome run(const std::string& command, const fs::path& home, const fs::path& directory) {
  fs::path out = home / "stdout", err = home / "stderr";
  pid_t child = ::fork();
  if (child == 0) {
    int in = ::open("/dev/null", O_RDONLY);
    int to_out = ::open(out.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    int to_err = ::open(err.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
    if (::chdir(directory.c_str()) != 0) ::_exit(126);
    ::dup2(in, 0);
    ::dup2(to_out, 1);
    ::dup2(to_err, 2);
    ::execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return {code, read_all(out), read_all(err)};
}

/// Path -> type, mode and content of everything below `root` that a failed command must leave
/// alone.
std::map<std::string, std::string> snapshot(const fs::path& root) {
  std::map<std::string, std::string> state;
  for (auto it =
           fs::recursive_directory_iterator(root, fs::directory_options::skip_permission_denied);
       it != fs::recursive_directory_iterator(); ++it) {
    std::string path = it->path().lexically_relative(root);
    static const std::regex kCaches(
        "(.*/)?\\.mlo/(stat-index|index\\.db.*|lock|store/(lock|tmp|leases|workspaces).*)|.*\\.git/"
        ".*"
        "|(.*/)?\\.mlo/store");
    if (std::regex_match(path, kCaches)) continue;
    fs::file_status status = it->symlink_status();
    std::string entry = std::to_string(static_cast<int>(status.type())) + " " +
                        std::to_string(static_cast<int>(status.permissions())) + " ";
    if (fs::is_symlink(status)) entry += fs::read_symlink(it->path()).string();
    if (fs::is_regular_file(status)) entry += read_all(it->path());
    state[path] = std::move(entry);
  }
  return state;
}

std::string difference(const std::map<std::string, std::string>& before,
                       const std::map<std::string, std::string>& after) {
  std::string text;
  for (const auto& [path, entry] : before) {
    auto found = after.find(path);
    if (found == after.end())
      text += "  removed: " + path + "\n";
    else if (found->second != entry)
      text += "  changed: " + path + "\n";
  }
  for (const auto& [path, entry] : after) {
    if (!before.count(path)) text += "  created: " + path + "\n";
  }
  return text;
}

std::string replace_all(std::string text, const std::string& from, const std::string& to) {
  if (from.empty()) return text;
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// Replaces what differs between runs: folders, digests, commits, run ids, times and durations.
std::string normalise(std::string text, const fs::path& directory) {
  text = replace_all(text, fs::canonical(directory).string(), "<dir>");
  text = replace_all(text, std::getenv("MLO_BUILD"), "<build>");
  text = replace_all(text, std::getenv("DATA"), "<data>");
  static const std::pair<std::regex, const char*> kRules[] = {
      {std::regex("sha256:[0-9a-f]{8,64}"), "sha256:<digest>"},
      {std::regex("\\b[0-9a-f]{64}\\b"), "<digest>"},
      {std::regex("\\b[0-9a-f]{40}\\b"), "<commit>"},
      {std::regex("\\b[0-9a-f]{32}\\b"), "<run>"},
      {std::regex("\\b[0-9a-f]{12}\\b"), "<digest>"},
      {std::regex("\\bcommit [0-9a-f]{8}\\b"), "commit <commit>"},
      {std::regex("\\b[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9:]{5,8}(\\.[0-9]+)?Z?"), "<when>"},
      {std::regex("\\b[0-9]+(\\.[0-9]+)? ?(us|ms|s|min)\\b"), "<time>"},
  };
  for (const auto& [pattern, with] : kRules) text = std::regex_replace(text, pattern, with);
  // Run ids are shown by their first characters too; only the folder tells which words are ids.
  std::error_code ignored;
  for (const auto& run : fs::directory_iterator(directory / ".mlo" / "runs", ignored)) {
    std::string id = run.path().filename();
    for (size_t length : {12, 10, 8, 7}) text = replace_all(text, id.substr(0, length), "<run>");
  }
  return text;
}

void print_lines(std::ostream& to, const std::string& mark, const std::vector<std::string>& lines) {
  for (const std::string& line : lines) to << mark << (line.empty() ? "" : " ") << line << '\n';
}

/// Where golden and seen part: both in full, so that the log alone tells what happened.
bool compare(const char* what, const std::vector<std::string>& golden,
             const std::vector<std::string>& seen) {
  if (golden == seen) return true;
  std::cout << "  " << what << " differs; expected:\n";
  print_lines(std::cout, "    |", golden);
  std::cout << "  seen:\n";
  print_lines(std::cout, "    |", seen);
  return false;
}

void set_environment(const fs::path& home, const std::string& build, const std::string& data) {
  for (const char* name :
       {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "MLO_PORT", "XDG_CACHE_HOME"}) {
    ::unsetenv(name);
  }
  const std::pair<const char*, std::string> kVariables[] = {
      {"PATH", build + ":" + std::getenv("PATH")},
      {"HOME", home.string()},
      {"GIT_CONFIG_GLOBAL", "/dev/null"},
      {"GIT_CONFIG_SYSTEM", "/dev/null"},
      {"GIT_AUTHOR_NAME", "A U Thor"},
      {"GIT_AUTHOR_EMAIL", "author@example.invalid"},
      {"GIT_COMMITTER_NAME", "A U Thor"},
      {"GIT_COMMITTER_EMAIL", "author@example.invalid"},
      {"LC_ALL", "C.UTF-8"},
      {"TZ", "UTC"},
      {"NO_COLOR", "1"},
      {"TERM", "dumb"},
      {"COLUMNS", "100"},
      {"MLO_BUILD", build},
      {"MLO_PLUGIN_PATH", build + "/tests/plugins"},
      {"DATA", data}};
  for (const auto& [name, value] : kVariables) ::setenv(name, value.c_str(), 1);
}

/// Runs the steps; returns how many went wrong. With `accept`, golden output becomes what was seen.
int play(Case& session, const fs::path& home, bool accept) {
  fs::path directory = home / "w";
  fs::create_directories(directory);
  int wrong = 0;
  for (Step& step : session.steps) {
    bool frozen = !step.setup && !step.may_change && (step.code == 2 || step.code == 3);
    auto before = frozen ? snapshot(directory) : std::map<std::string, std::string>{};
    Outcome outcome = run(step.command, home, directory);
    auto out = lines_of(normalise(outcome.out, directory));
    auto err = lines_of(normalise(outcome.err, directory));
    bool fine = outcome.code == step.code;
    std::string trouble;
    if (!fine) trouble += "  exit code " + std::to_string(outcome.code) + "\n";
    if (std::string changes = frozen ? difference(before, snapshot(directory)) : "";
        !changes.empty()) {
      trouble += "  failed, but not without a trace:\n" + changes;
      fine = false;
    }
    if (step.setup && !fine) trouble += outcome.out + outcome.err;
    if (!trouble.empty()) std::cout << step.line << '\n' << trouble;
    if (!step.setup && accept) {
      step.out = out;
      step.err = err;
    } else if (!step.setup && (step.out != out || step.err != err)) {
      std::cout << step.line << '\n';
      compare("stdout", step.out, out);
      compare("stderr", step.err, err);
      fine = false;
    }
    wrong += fine ? 0 : 1;
    if (step.setup && !fine) break;
  }
  return wrong;
}

void write(const fs::path& path, const Case& session) {
  std::ofstream to(path, std::ios::binary);
  auto remarks = [&](const std::vector<std::string>& lines) {
    for (const std::string& line : lines) to << line << '\n';
  };
  for (const Step& step : session.steps) {
    remarks(step.before);
    to << step.line << '\n';
    print_lines(to, ">", step.out);
    print_lines(to, "!", step.err);
  }
  remarks(session.after);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::cerr << "usage: golden CASE BUILD DATA\n";
    return 2;
  }
  char pattern[] = "/tmp/mlo-golden-XXXXXX";
  fs::path home = ::mkdtemp(pattern);
  int wrong = 1;
  try {
    Case session = parse(argv[1]);
    set_environment(home, fs::canonical(argv[2]), fs::canonical(argv[3]));
    bool accept = std::getenv("MLO_TEST_ACCEPT") != nullptr;
    wrong = play(session, home, accept);
    if (accept) write(argv[1], session);
    std::cout << session.steps.size() << " steps, " << wrong << " wrong\n";
  } catch (const std::exception& error) {
    std::cout << error.what() << '\n';
  }
  std::error_code ignored;
  fs::permissions(home / "w", fs::perms::owner_all, ignored);
  fs::remove_all(home, ignored);
  return wrong == 0 ? 0 : 1;
}
