#include "cli/commands/runs.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/text.hpp"
#include "format/json.hpp"

namespace mlo::cli {

std::string shown(double number) {
  return std::isfinite(number) ? fmt::format("{:.6g}", number) : number_text(number);
}

std::string shown(const format::Value& value) {
  if (value.is_null()) return "-";
  if (value.is_string()) return printable(value.as_string());
  if (value.is_double()) return shown(value.as_double());
  return format::compact_json(value);
}

std::string shown_time(Time time) {
  std::string text = format_time(time).substr(0, 19);
  text[10] = ' ';
  return text;
}

std::string shown_status(const Output& out, track::Status status) {
  switch (status) {
    case track::Status::running:
      return out.paint(Color::blue, "running");
    case track::Status::finished:
      return "finished";
    case track::Status::interrupted:
      return out.paint(Color::yellow, "interrupted");
    case track::Status::failed:
    case track::Status::died:
      break;
  }
  return out.paint(Color::red, track::status_name(status));
}

std::string shown_duration(const track::Run& run) {
  return run.ended_at ? human_duration(*run.ended_at - run.started_at) : "";
}

std::string shown_id(const std::string& id) { return id.substr(0, 8); }

}  // namespace mlo::cli
