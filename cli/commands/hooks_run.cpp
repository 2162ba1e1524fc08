#include <unistd.h>

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "project/hook_run.hpp"

namespace mlo::cli {
namespace {

using Level = project::HookRemark::Level;

const char* level_name(Level level) {
  switch (level) {
    case Level::note:
      return "note";
    case Level::warning:
      return "warning";
    case Level::problem:
      return "problem";
  }
  return "";
}

/// Only this hook is written to; reading for another would wait for a terminal.
std::string input_of(const std::string& name) {
  std::string input;
  if (name != "pre-push" || ::isatty(STDIN_FILENO) != 0) return input;
  std::byte buffer[65536];
  while (size_t count = read_some(STDIN_FILENO, buffer)) input += as_text({buffer, count});
  return input;
}

void print(Output& out, const project::HookReport& report) {
  for (const auto& remark : report.remarks) {
    static constexpr Color kColors[] = {Color::none, Color::yellow, Color::red};
    std::string lead = remark.level == Level::note ? "" : level_name(remark.level);
    if (!lead.empty()) lead = out.paint(kColors[static_cast<int>(remark.level)], lead + ": ");
    out.line("mlo: " + lead + remark.text);
    if (!remark.hint.empty()) out.line("     " + remark.hint);
  }
  if (report.passed()) return;
  out.line("mlo: " + report.name + " refused; --no-verify goes past it");
}

format::Value to_json(const project::HookReport& report) {
  format::Value remarks = format::Value::array();
  for (const auto& remark : report.remarks) {
    remarks.push(
        format::Value::object()
            .set("level", level_name(remark.level))
            .set("text", remark.text)
            .set("hint", remark.hint.empty() ? format::Value() : format::Value(remark.hint)));
  }
  return format::Value::object()
      .set("hook", report.name)
      .set("passed", report.passed())
      .set("remarks", remarks);
}

}  // namespace

Action declare_hooks_run(OptionParser& parser) {
  auto options = std::make_shared<project::HookOptions>();
  parser.add_option("HOOK", options->name, "pre-commit, post-checkout, post-merge or pre-push")
      .required();
  parser.add_option("ARGUMENT", options->arguments, "what git gave the hook, after --");
  return [options](Context& context) {
    options->directory = context.directory;
    options->input = input_of(options->name);
    project::HookReport report = project::run_hook(context.env, *options);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return report.passed() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
