// What all threads of one server share. Internal to the room.
#pragma once

#include <atomic>
#include <functional>

#include "http/server.hpp"

namespace mlo::http {

struct SharedState {
  Handler handler;
  Limits limits;
  std::function<void(int)> refused;
  bool gate = true;  ///< the listener is a loopback one
  std::atomic<size_t> connections{0};
  std::atomic<bool> draining{false};
  /// A large body or response came by: the allocator may hold memory worth giving back.
  std::atomic<bool> large_exchange{false};
};

}  // namespace mlo::http
