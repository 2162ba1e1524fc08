// Signals, the environment of the process, one command, one catch ladder.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <exception>
#include <new>

#include "base/text.hpp"
#include "cli/arguments.hpp"
#include "cli/terminal.hpp"

namespace mlo::cli {
namespace {

std::atomic<bool> cancelled{false};

// The first signal asks the command to end in order, the second ends it now.
extern "C" void on_signal(int) {
  if (cancelled.exchange(true)) ::_exit(static_cast<int>(Exit::interrupted));
}

void install_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

/// A closed stdin, stdout or stderr would hand its number to the next file opened.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    if (::open("/dev/null", fd == 0 ? O_RDONLY : O_WRONLY) != fd) ::_exit(3);
  }
}

std::string working_directory() {
  char* path = ::getcwd(nullptr, 0);
  if (path == nullptr) throw system_error("cannot tell the working directory", errno);
  std::string text = path;
  ::free(path);
  return text;
}

Exit run(Invocation& invocation, Output& out, Reporter& reporter) {
  Env env{posix_files(), system_clock(), reporter, process_variables(), cancelled};
  if (!invocation.directory.empty() && ::chdir(invocation.directory.c_str()) != 0) {
    throw system_error("cannot enter " + quoted(invocation.directory), errno);
  }
  switch (invocation.kind) {
    case Invocation::Kind::version:
      out.line("mlo " MLO_VERSION);
      return Exit::done;
    case Invocation::Kind::help:
      out.text(help_text());
      return Exit::done;
    case Invocation::Kind::group:
      out.text(help_text(invocation.group));
      return Exit::done;
    case Invocation::Kind::run:
      break;
  }
  Context context{env, out, working_directory()};
  std::string help;
  Action action =
      parse_command(*invocation.command, std::move(invocation.rest), context.json, help);
  if (!action) {
    out.text(help);
    return Exit::done;
  }
  return action(context);
}

int report(const Error& error, bool color) {
  // SIGPIPE is left at its default, so a closed pipe ends the process before this.
  std::string text = color ? "\x1b[31merror:\x1b[0m " : "error: ";
  text += error.message() + "\n";
  if (!error.hint().empty()) text += "hint: " + error.hint() + "\n";
  std::fputs(text.c_str(), stderr);
  return static_cast<int>(error.code());
}

int main_of_mlo(int argc, char** argv) {
  bool plain = ::getenv("NO_COLOR") != nullptr;
  const char* terminal = ::getenv("TERM");
  bool dumb = terminal == nullptr || std::string_view(terminal) == "dumb";
  bool talk_color = !plain && !dumb && ::isatty(STDERR_FILENO) != 0;
  bool color = !plain && !dumb && ::isatty(STDOUT_FILENO) != 0;
  auto reporter = terminal_reporter(talk_color, !dumb && ::isatty(STDERR_FILENO) != 0);
  Output out(STDOUT_FILENO, color, terminal_width(STDOUT_FILENO));
  auto guarded = [&](auto&& work) {
    try {
      return static_cast<int>(work());
    } catch (const Error& error) {
      return report(error, talk_color);
    } catch (const std::bad_alloc&) {
      return report(failure("out of memory"), talk_color);
    } catch (const std::exception& error) {
      return report(failure(std::string("internal error: ") + error.what()), talk_color);
    }
  };
  int code = guarded([&] {
    Invocation invocation = parse_arguments({argv + 1, argv + argc});
    return run(invocation, out, *reporter);
  });
  int flushed = guarded([&] {
    out.flush();
    return Exit::done;
  });
  return flushed != 0 ? flushed : code;
}

}  // namespace
}  // namespace mlo::cli

int main(int argc, char** argv) {
  mlo::cli::fill_standard_descriptors();
  mlo::cli::install_signals();
  return mlo::cli::main_of_mlo(argc, argv);
}
