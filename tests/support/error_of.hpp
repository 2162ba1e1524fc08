// The error that some work throws, for tests that check its message, code and hint.
#pragma once

#include <stdexcept>

#include "base/error.hpp"

namespace mlo::test {

/// Throws std::logic_error when nothing, or something else, is thrown.
template <typename Work>
Error error_of(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("no error was thrown");
}

template <typename Work>
std::string message_of(Work&& work) {
  return error_of(work).message();
}

}  // namespace mlo::test
