// How the track commands print values and runs.
#pragma once

#include <string>

#include "cli/output.hpp"
#include "track/run.hpp"

namespace mlo::cli {

/// A parameter or metric for people: at most six digits, text without quotes, lists as JSON.
std::string shown(const format::Value& value);
std::string shown(double number);
/// "2026-11-23 12:35:01", UTC.
std::string shown_time(Time time);
/// "died" and "failed" in red, "running" in blue.
std::string shown_status(const Output& out, track::Status status);
/// How long it ran; empty if it never ended.
std::string shown_duration(const track::Run& run);
/// The first eight digits: enough for people, and `track show` accepts them.
std::string shown_id(const std::string& id);

}  // namespace mlo::cli
