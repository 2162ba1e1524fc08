#include "http/router.hpp"

#include <algorithm>

#include "base/text.hpp"

namespace mlo::http {
namespace {

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

/// Takes the segment before the next '/' off the front of `path` ("/a/b" -> "a", "/b").
std::string_view take_segment(std::string_view& path) {
  path.remove_prefix(1);
  const auto segment = path.substr(0, path.find('/'));
  path.remove_prefix(segment.size());
  return segment;
}

bool matches(const std::vector<std::string>& pattern, std::string_view path,
             std::vector<std::string_view>& parameters) {
  parameters.clear();
  for (const std::string& wanted : pattern) {
    if (path.empty() || path.front() != '/') return false;
    const auto segment = take_segment(path);
    if (wanted == "{") {
      if (segment.empty()) return false;
      parameters.push_back(segment);
    } else if (segment != wanted) {
      return false;
    }
  }
  return path.empty() || path == "/";
}

}  // namespace

std::string percent_decoded(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    const bool room = text[i] == '%' && i + 2 < text.size();
    const int high = room ? hex_value(text[i + 1]) : -1;
    const int low = room ? hex_value(text[i + 2]) : -1;
    if (high >= 0 && low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string percent_encoded(std::string_view segment) {
  static constexpr std::string_view kDigits = "0123456789ABCDEF", kPlain = "-._~:@";
  std::string out;
  for (const char c : segment) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    if (letter || (c >= '0' && c <= '9') || kPlain.find(c) != std::string_view::npos) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
  }
  return out;
}

void Router::add(std::string method, std::string_view pattern, Handler handler) {
  Route route{std::move(method), {}, std::move(handler)};
  while (!pattern.empty()) {
    const auto segment = take_segment(pattern);
    route.segments.emplace_back(segment.starts_with('{') ? "{" : segment);
  }
  routes_.push_back(std::move(route));
}

Response Router::operator()(const Request& request) const {
  const std::string_view method = request.method == "HEAD" ? "GET" : request.method;
  std::vector<std::string> allowed;
  std::vector<std::string_view> parameters;
  for (const Route& route : routes_) {
    if (!matches(route.segments, request.path, parameters)) continue;
    if (route.method != method) {
      allowed.push_back(route.method);
      continue;
    }
    std::vector<std::string> decoded;
    decoded.reserve(parameters.size());
    for (const auto parameter : parameters) decoded.push_back(percent_decoded(parameter));
    Request routed = request;
    routed.parameters = decoded;
    return route.handler(routed);
  }
  if (allowed.empty()) return error_response(404, "Not Found");
  Response response = error_response(405, "Method Not Allowed");
  if (std::ranges::find(allowed, "GET") != allowed.end()) allowed.push_back("HEAD");
  response.headers.emplace_back("Allow", join(allowed, ", "));
  return response;
}

}  // namespace mlo::http
