#include "cli/commands/hooks_report.hpp"

#include "base/text.hpp"

namespace mlo::cli {
namespace {

using State = repo::HookState::State;

const char* state_name(State state) {
  switch (state) {
    case State::absent:
      return "absent";
    case State::installed:
      return "installed";
    case State::managed:
      return "managed";
  }
  return "";
}

format::Value text_or_null(const std::string& text) {
  return text.empty() ? format::Value() : format::Value(printable(text));
}

}  // namespace

format::Value hooks_json(const repo::HooksReport& report) {
  format::Value hooks = format::Value::array();
  for (const repo::HookState& hook : report.hooks) {
    hooks.push(format::Value::object()
                   .set("name", hook.name)
                   .set("path", printable(hook.path))
                   .set("state", state_name(hook.state))
                   .set("beside", hook.beside)
                   .set("manager", text_or_null(hook.manager))
                   .set("hint", text_or_null(hook.hint)));
  }
  return format::Value::object()
      .set("complete", report.complete())
      .set("changed", report.changed)
      .set("directory", printable(report.directory))
      .set("foreign", text_or_null(report.foreign))
      .set("hooks", hooks)
      .set("merge_driver", report.driver)
      .set("attributes", text_or_null(report.attributes));
}

void print_hooks(Output& out, const repo::HooksReport& report) {
  out.line("hooks in " + printable(report.directory));
  if (!report.foreign.empty()) {
    out.line("  not written there: " + report.foreign + " (--force does it all the same)");
  }
  for (const repo::HookState& hook : report.hooks) {
    std::string line = "  " + hook.name;
    line.resize(17, ' ');
    line += state_name(hook.state);
    if (hook.state == State::installed && hook.beside) line += ", beside the hook that was there";
    if (hook.state == State::managed) line += " by " + hook.manager + ": " + hook.hint;
    out.line(line);
  }
  out.line(std::string("merge driver     ") +
           (report.driver && !report.attributes.empty()
                ? "installed, for *.mlo by " + printable(report.attributes)
                : "absent"));
}

}  // namespace mlo::cli
