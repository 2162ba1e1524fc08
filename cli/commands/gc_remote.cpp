#include "cli/commands/gc_remote.hpp"

#include "base/text.hpp"
#include "cli/commands/remotes.hpp"
#include "cli/option_parser.hpp"
#include "cli/output.hpp"

namespace mlo::cli {
namespace {

using format::Value;

constexpr size_t kDroppedLines = 20;

Value packs(uint64_t count, uint64_t bytes) {
  return Value::object().set("packs", count).set("bytes", bytes);
}

Value strings(const std::vector<std::string>& list) {
  Value array = Value::array();
  for (const std::string& one : list) array.push(printable(one));
  return array;
}

Value to_json(const project::RemoteGcReport& report, bool dry_run) {
  const remote::RemoteGcReport& gc = report.result;
  return Value::object()
      .set("remote", report.remote)
      .set("url", printable(report.url))
      .set("dry_run", dry_run)
      .set("kept", packs(gc.kept_packs, gc.kept_bytes))
      .set("kept_manifests", gc.kept_manifests)
      .set("unknown_manifests", report.unknown_manifests)
      .set("dropped_manifests", strings(gc.dropped_manifests))
      .set("marked", packs(gc.marked_packs, gc.marked_bytes))
      .set("waiting", packs(gc.waiting_packs, gc.waiting_bytes))
      .set("removed", packs(gc.removed_packs, gc.removed_bytes))
      .set("revived_packs", gc.revived_packs)
      .set("replaced_indexes", gc.replaced_indexes)
      .set("missing_packs", strings(gc.missing_packs));
}

std::string amount(uint64_t packs, uint64_t bytes) {
  return counted(packs, "pack") + ", " + human_size(bytes);
}

void print(Output& out, const project::RemoteGcReport& report, bool dry_run) {
  const remote::RemoteGcReport& gc = report.result;
  out.line("in use:  " + amount(gc.kept_packs, gc.kept_bytes) + ", by " +
           counted(gc.kept_manifests, "manifest"));
  if (report.unknown_manifests > 0) {
    out.line("  " + std::to_string(report.unknown_manifests) +
             " of them for commits that this clone does not know");
  }
  for (size_t i = 0; i < gc.dropped_manifests.size() && i < kDroppedLines; ++i) {
    out.line((dry_run ? "would forget " : "forgot ") + printable(gc.dropped_manifests[i]));
  }
  if (gc.dropped_manifests.size() > kDroppedLines) {
    out.line("and " + std::to_string(gc.dropped_manifests.size() - kDroppedLines) + " more");
  }
  if (gc.marked_packs > 0) {
    out.line("unused:  " + amount(gc.marked_packs, gc.marked_bytes) +
             (dry_run ? "" : ", to be removed after the grace period"));
  }
  if (gc.waiting_packs > 0) {
    out.line("waiting: " + amount(gc.waiting_packs, gc.waiting_bytes) + " for the grace period");
  }
  if (gc.removed_packs > 0) {
    out.line((dry_run ? "to remove: " : "removed: ") + amount(gc.removed_packs, gc.removed_bytes));
  }
  for (const std::string& pack : gc.missing_packs) {
    out.line(out.paint(Color::red, "missing") + " " + pack + ", which kept commits need");
  }
  if (dry_run) out.line("nothing was changed; --yes acts");
}

}  // namespace

void declare_gc_remote(OptionParser& parser, GcRemoteArguments& arguments) {
  auto& options = arguments.options;
  parser.add_option("-r,--remote", options.remote, "free space in this remote instead of the store")
      .value_name("NAME");
  parser
      .add_option("--keep", options.keep,
                  "--remote: keep all-refs (default), tips, or the commit REV; may be repeated")
      .value_name("RULE");
  parser
      .add_option("--keep-newer-than", arguments.keep_days,
                  "--remote: keep what was pushed in the last DAYS")
      .value_name("DAYS")
      .range(0.0, 36500.0);
  parser.add_flag("--drop-unknown", options.drop_unknown,
                  "--remote: also forget commits that this clone does not know");
  parser.add_flag("-y,--yes", options.act, "--remote: act; otherwise only say what would be done");
}

Exit run_gc_remote(Context& context, const GcRemoteArguments& arguments, int64_t grace) {
  project::RemoteGcOptions options = arguments.options;
  options.grace = grace;
  options.keep_newer_than = static_cast<int64_t>(arguments.keep_days * 86400) * store::kSecond;
  auto workspace = repo::Workspace::open(context.env, context.directory);
  const project::RemoteGcReport report = project::remote_gc(context.env, workspace, options);
  if (context.json) {
    context.out.document(to_json(report, !options.act));
  } else {
    print(context.out, report, !options.act);
  }
  return report.result.missing_packs.empty() ? Exit::done : Exit::no;
}

}  // namespace mlo::cli
