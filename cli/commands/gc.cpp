#include <CLI/CLI.hpp>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "project/gc.hpp"

namespace mlo::cli {
namespace {

using format::Value;

struct GcArguments {
  project::GcOptions options;
  double grace_days = 14;
  double lock_timeout = 10;
  bool undo = false;
};

Value amount(uint64_t objects, uint64_t bytes) {
  return Value::object().set("objects", objects).set("bytes", bytes);
}

Value to_json(const project::GcReport& report, bool dry_run) {
  Value missing = Value::array(), workspaces = Value::array();
  for (const store::Root& root : report.store.missing) {
    missing.push(Value::object().set("digest", root.digest.text()).set("referrer", root.referrer));
  }
  for (const std::string& root : report.workspaces) workspaces.push(printable(root));
  const store::GcReport& gc = report.store;
  return Value::object()
      .set("dry_run", dry_run)
      .set("kept", amount(gc.kept_objects, gc.kept_bytes))
      .set("young", amount(gc.young_objects, gc.young_bytes))
      .set("removed", amount(gc.removed_objects, gc.removed_bytes))
      .set("emptied_bytes", gc.emptied_bytes)
      .set("trash", gc.trash_id.empty() ? Value() : Value(gc.trash_id))
      .set("missing", missing)
      .set("workspaces", workspaces);
}

std::string counted(uint64_t objects, uint64_t bytes) {
  return std::to_string(objects) + (objects == 1 ? " object, " : " objects, ") + human_size(bytes);
}

void print(Output& out, const project::GcReport& report, bool dry_run) {
  const store::GcReport& gc = report.store;
  out.line("in use:  " + counted(gc.kept_objects, gc.kept_bytes));
  if (gc.young_objects > 0) {
    out.line("recent:  " + counted(gc.young_objects, gc.young_bytes) + ", kept for now");
  }
  out.line((dry_run ? "unused:  " : "removed: ") + counted(gc.removed_objects, gc.removed_bytes));
  if (gc.emptied_bytes > 0) out.line("freed:   " + human_size(gc.emptied_bytes) + " of old trash");
  if (!gc.missing.empty()) {
    out.line("missing: " + std::to_string(gc.missing.size()) +
             " objects that are referred to are not in this store");
  }
  if (!gc.trash_id.empty()) out.line("'mlo gc --undo' brings back what was removed");
}

Exit undo(Context& context, repo::Workspace& workspace, const project::GcOptions& options) {
  store::ObjectStore& store = workspace.store();
  store.set_lock_timeout(options.lock_timeout);
  store::UndoReport report = store::undo_gc(context.env, store);
  if (context.json) {
    context.out.document(
        Value::object().set("trash", report.trash_id).set("restored_files", report.files));
  } else {
    context.out.line("restored " + std::to_string(report.files) + " files of the gc of " +
                     report.trash_id);
  }
  return Exit::done;
}

}  // namespace

Action declare_gc(CLI::App& app) {
  auto arguments = std::make_shared<GcArguments>();
  auto& options = arguments->options;
  app.add_flag("-n,--dry-run", options.store.dry_run, "only say what would be removed");
  app.add_option("--grace", arguments->grace_days, "keep unused objects younger than DAYS (14)")
      ->type_name("DAYS")
      ->check(CLI::Range(0.0, 36500.0));
  app.add_flag("--tips", options.tips,
               "of git's history, keep only what branches and tags point at now");
  app.add_flag("--empty-trash", options.store.empty_trash,
               "free the space at once; this cannot be undone");
  app.add_flag("--undo", arguments->undo, "bring back what the last gc removed");
  app.add_option("--forget", options.forget, "a workspace that shared the store and is gone")
      ->type_name("PATH");
  app.add_option("--lock-timeout", arguments->lock_timeout, "wait at most SECONDS for others (10)")
      ->type_name("SECONDS")
      ->check(CLI::Range(0.0, 86400.0));
  return [arguments](Context& context) {
    project::GcOptions options = arguments->options;
    options.lock_timeout = static_cast<int64_t>(arguments->lock_timeout * 1e9);
    options.store.grace = static_cast<int64_t>(arguments->grace_days * 86400) * store::kSecond;
    const bool alone =
        !options.store.dry_run && !options.store.empty_trash && options.forget.empty();
    if (arguments->undo && !alone) {
      throw usage("--undo goes with no other option of gc but --lock-timeout");
    }
    auto workspace = repo::Workspace::open(context.env, context.directory);
    if (arguments->undo) return undo(context, workspace, options);
    project::GcReport report = project::gc(context.env, workspace, options);
    if (context.json) {
      context.out.document(to_json(report, options.store.dry_run));
    } else {
      print(context.out, report, options.store.dry_run);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
