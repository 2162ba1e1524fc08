// Method and path -> handler. Patterns are literal segments and `{name}`, one non-empty segment
// each. A known path with another method answers 405 with `Allow`, an unknown path 404; HEAD is
// GET. Built once, then read by all threads.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace mlo::http {

class Router {
 public:
  void add(std::string method, std::string_view pattern, Handler handler);
  Response operator()(const Request& request) const;

 private:
  struct Route {
    std::string method;
    std::vector<std::string> segments;  // "{" marks a parameter
    Handler handler;
  };
  std::vector<Route> routes_;
};

/// Decodes %HH; a malformed escape stays as it is.
std::string percent_decoded(std::string_view text);
/// One segment of a path: all but letters, digits and -._~:@ as %HH.
std::string percent_encoded(std::string_view segment);

}  // namespace mlo::http
