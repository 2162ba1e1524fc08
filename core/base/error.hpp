// The one exception of mlo. Thrown only when the command cannot go on; expected absence is a
// std::optional and a verdict ("changed", "drifted") is a value in a report. Context is added on
// the way up with `in_context`, the exit code is decided where the error is thrown, and nothing but
// `main`, the plugin boundary and tests catches it for good.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

namespace mlo {

/// The exit codes of every command. `no` is an answer (drifted, verification failed), not an error.
enum class Exit { done = 0, no = 1, usage = 2, failure = 3, interrupted = 130 };

class Error : public std::exception {
 public:
  /// `message`: one line, lower case, no final dot, the object in quotes. `hint`: how to mend it.
  Error(Exit code, std::string message, std::string hint = "");

  Exit code() const { return code_; }
  const std::string& message() const { return message_; }
  const std::string& hint() const { return hint_; }
  /// errno of the failed system call, 0 where none was involved.
  int system_code() const { return system_code_; }
  const char* what() const noexcept override { return message_.c_str(); }

  /// Prefixes the message: "while adding 'data.csv': ...".
  void add_context(std::string_view context);
  Error&& with_hint(std::string hint) &&;

 private:
  friend Error system_error(std::string_view, int);
  Exit code_;
  int system_code_ = 0;
  std::string message_;
  std::string hint_;
};

/// A failure (exit 3) without a system call behind it.
Error failure(std::string message, std::string hint = "");
/// The caller asked for something impossible (exit 2).
Error usage(std::string message, std::string hint = "");
/// A failed system call: "<what>: No space left on device". `number` is errno.
Error system_error(std::string_view what, int number);
Error interrupted();

/// Runs `work` and adds `context` to any Error that leaves it.
template <typename Work>
decltype(auto) in_context(std::string_view context, Work&& work) {
  try {
    return std::forward<Work>(work)();
  } catch (Error& error) {
    error.add_context(context);
    throw;
  }
}

}  // namespace mlo
