#include "base/error.hpp"

#include <cerrno>
#include <cstring>

namespace mlo {

Error::Error(Exit code, std::string message, std::string hint)
    : code_(code), message_(std::move(message)), hint_(std::move(hint)) {}

void Error::add_context(std::string_view context) {
  message_ = std::string(context) + ": " + message_;
}

Error&& Error::with_hint(std::string hint) && {
  hint_ = std::move(hint);
  return std::move(*this);
}

Error failure(std::string message, std::string hint) {
  return Error(Exit::failure, std::move(message), std::move(hint));
}

Error usage(std::string message, std::string hint) {
  return Error(Exit::usage, std::move(message), std::move(hint));
}

Error system_error(std::string_view what, int number) {
  Error error(Exit::failure, std::string(what) + ": " + std::strerror(number));
  error.system_code_ = number;
  if (number == EROFS) {
    error.hint_ = "the file system is mounted read-only: mount it writable, or work in a copy";
  }
  return error;
}

Error interrupted() { return Error(Exit::interrupted, "interrupted"); }

}  // namespace mlo
