#include "project/fsck.hpp"

#include <algorithm>
#include <memory>

#include "base/size.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

using format::Value;

struct FsckArguments {
  bool all = false;
  bool repair = false;
  std::string sample;
};

Value problems_to_json(const std::vector<store::FsckProblem>& problems) {
  Value list = Value::array();
  for (const store::FsckProblem& problem : problems) {
    list.push(Value::object()
                  .set("kind", problem.kind)
                  .set("object", printable(problem.object))
                  .set("detail", printable(problem.detail)));
  }
  return list;
}

Value to_json(const store::FsckReport& report) {
  Value notes = Value::array(), set_aside = Value::array();
  for (const std::string& note : report.notes) notes.push(printable(note));
  for (const std::string& file : report.set_aside) set_aside.push(printable(file));
  return Value::object()
      .set("clean", report.clean())
      .set("objects", report.objects)
      .set("bytes", report.bytes)
      .set("read_objects", report.read_objects)
      .set("read_bytes", report.read_bytes)
      .set("oldest_verified",
           report.oldest_verified ? Value(format_time(*report.oldest_verified)) : Value())
      .set("packs", report.packs)
      .set("trees", report.trees)
      .set("problems", problems_to_json(report.problems))
      .set("mended", problems_to_json(report.mended))
      .set("set_aside", set_aside)
      .set("salvaged", report.salvaged)
      .set("fetched", report.fetched)
      .set("notes", notes);
}

void print_problem(Output& out, const store::FsckProblem& problem, bool mended) {
  std::string line =
      out.paint(mended ? Color::green : Color::red, mended ? "mended" : problem.kind);
  if (!problem.object.empty()) line += " " + printable(problem.object);
  out.line(line + ": " + printable(problem.detail));
}

void print(Output& out, const store::FsckReport& report) {
  for (const store::FsckProblem& problem : report.mended) print_problem(out, problem, true);
  for (const store::FsckProblem& problem : report.problems) print_problem(out, problem, false);
  for (const std::string& note : report.notes) out.line("note: " + printable(note));
  if (!report.set_aside.empty()) {
    out.line(counted(report.set_aside.size(), "damaged file") + " now " +
             (report.set_aside.size() == 1 ? "lies" : "lie") + " in the store's bad/");
  }
  if (report.fetched > 0) out.line(counted(report.fetched, "object") + " fetched again");
  out.line(counted(report.objects, "object") + ", " + human_size(report.bytes) + " checked: " +
           (report.clean() ? "all good" : counted(report.problems.size(), "problem")));
  uint64_t rest = report.objects - std::min(report.objects, report.read_objects);
  if (report.oldest_verified) {
    out.line(std::to_string(rest) + " of them were read before, the first on " +
             format_time(*report.oldest_verified).substr(0, 10) +
             ", and not touched since: --all reads them again");
  } else if (rest > 0 && report.clean()) {
    out.line(std::to_string(report.read_objects) + " of them, " + human_size(report.read_bytes) +
             ", were read");
  }
}

store::FsckOptions options_of(const FsckArguments& arguments) {
  store::FsckOptions options;
  options.repair = arguments.repair;
  options.incremental = !arguments.all && arguments.sample.empty();
  if (!arguments.sample.empty()) {
    options.sample = parse_share(arguments.sample);
    if (!options.sample) {
      throw usage("--sample " + quoted(arguments.sample) + " is no share", "write it like 5%");
    }
  }
  return options;
}

}  // namespace

Action declare_fsck(OptionParser& parser) {
  auto arguments = std::make_shared<FsckArguments>();
  Option all = parser.add_flag("--all", arguments->all, "read also what was read before");
  parser.add_option("--sample", arguments->sample, "read only this share of the objects, say 5%")
      .value_name("SHARE")
      .excludes(all);
  parser.add_flag("--repair", arguments->repair, "set damaged objects aside and fetch them again");
  return [arguments](Context& context) {
    store::FsckOptions options = options_of(*arguments);
    auto workspace = repo::Workspace::open(context.env, context.directory);
    store::FsckReport report = project::fsck(context.env, workspace, options);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
      if (!report.clean() && !options.repair) {
        context.out.line("--repair sets damaged objects aside and fetches what is missing again");
      }
    }
    return report.clean() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
