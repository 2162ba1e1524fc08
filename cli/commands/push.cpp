#include "project/push.hpp"

#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/remotes.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

using format::Value;

Value to_json(const project::PushReport& report, bool dry_run) {
  Value pushed = Value::array();
  for (const auto& [certifies, result] : report.pushed) {
    pushed.push(Value::object()
                    .set("certifies", certifies)
                    .set("there", result.nothing_new)
                    .set("objects", result.objects)
                    .set("bytes", result.bytes)
                    .set("packs", result.packs)
                    .set("stored_bytes", result.stored_bytes));
  }
  return Value::object()
      .set("remote", report.remote)
      .set("url", printable(report.url))
      .set("dry_run", dry_run)
      .set("objects", report.objects())
      .set("bytes", report.bytes())
      .set("stored_bytes", report.stored_bytes())
      .set("pushed", pushed);
}

void print(Output& out, const project::PushReport& report, bool dry_run) {
  if (report.pushed.empty()) return out.line("nothing is tracked: nothing to push");
  const bool there = std::all_of(report.pushed.begin(), report.pushed.end(),
                                 [](const auto& one) { return one.result.nothing_new; });
  if (there) return out.line("everything is in " + quoted(report.remote));
  if (dry_run) {
    return out.line("would push " + amount(report.objects(), report.bytes()) + " to " +
                    quoted(report.remote));
  }
  out.line("pushed " + amount(report.objects(), report.bytes()) + " (" +
           human_size(report.stored_bytes()) + " sent) to " + quoted(report.remote));
}

}  // namespace

Action declare_push(OptionParser& parser) {
  auto options = std::make_shared<project::PushOptions>();
  parser.add_option("REV", options->revs,
                    "[REMOTE] [REV...]: the data of these commits, or of HEAD and the work tree");
  parser.add_option("-r,--remote", options->remote, "the remote, instead of the default one")
      .value_name("NAME");
  parser.add_flag("--all", options->all, "of all branches and tags, and what their history names");
  parser.add_flag("-n,--dry-run", options->dry_run, "only say what would be pushed");
  parser.add_option("-j,--jobs", options->jobs, "transfers at a time")
      .value_name("N")
      .range(1, 256);
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    const project::PushReport report = project::push(context.env, workspace, *options);
    if (context.json) {
      context.out.document(to_json(report, options->dry_run));
    } else {
      print(context.out, report, options->dry_run);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
