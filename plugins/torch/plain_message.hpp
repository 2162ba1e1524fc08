// What LibTorch throws as one line for people: the last message, without its C++ stack.
#pragma once

#include <exception>
#include <string>

namespace mlo_torch {

std::string plain_message(const std::exception& error);

}  // namespace mlo_torch
