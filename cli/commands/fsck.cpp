#include "project/fsck.hpp"

#include <CLI/CLI.hpp>

#include "base/text.hpp"
#include "cli/commands.hpp"

namespace mlo::cli {
namespace {

using format::Value;

Value to_json(const store::FsckReport& report) {
  Value problems = Value::array(), notes = Value::array();
  for (const store::FsckProblem& problem : report.problems) {
    problems.push(Value::object()
                      .set("kind", problem.kind)
                      .set("object", printable(problem.object))
                      .set("detail", printable(problem.detail)));
  }
  for (const std::string& note : report.notes) notes.push(printable(note));
  return Value::object()
      .set("clean", report.clean())
      .set("objects", report.objects)
      .set("bytes", report.bytes)
      .set("packs", report.packs)
      .set("trees", report.trees)
      .set("problems", problems)
      .set("notes", notes);
}

void print(Output& out, const store::FsckReport& report) {
  for (const store::FsckProblem& problem : report.problems) {
    std::string line = out.paint(Color::red, problem.kind);
    if (!problem.object.empty()) line += " " + printable(problem.object);
    out.line(line + ": " + printable(problem.detail));
  }
  for (const std::string& note : report.notes) out.line("note: " + printable(note));
  out.line(std::to_string(report.objects) + " objects, " + human_size(report.bytes) + " checked: " +
           (report.clean() ? "all good" : std::to_string(report.problems.size()) + " problems"));
}

}  // namespace

Action declare_fsck(CLI::App&) {
  return [](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    store::FsckReport report = project::fsck(context.env, workspace);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return report.clean() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
