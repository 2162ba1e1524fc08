#include "deploy/deploy.hpp"

namespace mlo::deploy {

using format::Value;

namespace {

std::string_view kind_name(ChangeResult::Kind kind) {
  if (kind == ChangeResult::Kind::unchanged) return "unchanged";
  return kind == ChangeResult::Kind::started ? "started" : "switched";
}

Value optional_target(const std::optional<Target>& target) {
  return target ? to_json(*target) : Value();
}

}  // namespace

Value to_json(const Target& target) {
  Value out = Value::object();
  out.set("reference", target.reference).set("model", target.model);
  out.set("version", target.version == 0 ? Value() : Value(target.version));
  out.set("digest", target.digest).set("host", target.settings.host);
  out.set("port", target.settings.port).set("threads", target.settings.threads);
  return out;
}

Value to_json(const ChangeReport& report) {
  Value out = Value::object();
  out.set("name", report.name).set("change", kind_name(report.kind));
  out.set("target", to_json(report.target)).set("before", optional_target(report.before));
  out.set("generation", report.server.generation);
  out.set("pid", report.server.process.pid).set("port", report.server.port);
  return out;
}

Value to_json(const StopReport& report) {
  Value out = Value::object();
  out.set("name", report.name).set("was_running", report.was_running);
  out.set("pid", report.pid == 0 ? Value() : Value(report.pid));
  return out;
}

Value to_json(const Status& status) {
  Value out = Value::object();
  out.set("name", status.name).set("state", state_name(status.state));
  out.set("target", optional_target(status.target));
  out.set("serving", status.server && status.server->generation != 0
                         ? to_json(status.server->target)
                         : Value());
  out.set("wanted", optional_target(status.wanted)).set("up_to_date", status.up_to_date());
  out.set("url", status.url.empty() ? Value() : Value(status.url));
  out.set("pid", status.pid == 0 ? Value() : Value(status.pid));
  out.set("since", status.server ? Value(format_time(status.server->since)) : Value());
  out.set("problem", status.problem.empty() ? Value() : Value(status.problem));
  return out;
}

Value to_json(const HistoryEntry& entry) {
  Value out = Value::object();
  out.set("generation", entry.generation).set("at", format_time(entry.at));
  out.set("action", action_name(entry.action)).set("target", to_json(entry.target));
  out.set("restores", entry.restores == 0 ? Value() : Value(entry.restores));
  return out;
}

}  // namespace mlo::deploy
