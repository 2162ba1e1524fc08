#include <memory>

#include "base/env.hpp"
#include "base/size.hpp"
#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/gc_remote.hpp"
#include "cli/option_parser.hpp"
#include "project/gc.hpp"

namespace mlo::cli {
namespace {

using format::Value;

struct GcArguments {
  project::GcOptions options;
  double grace_days = 14;
  double lock_timeout = 10;
  bool undo = false;
  bool verbose = false;
  std::string max_size;
  GcRemoteArguments remote;
};

/// --remote and what belongs to it, and the options of the store, exclude one another.
void check_remote(const GcArguments& arguments, bool store_options) {
  const auto& remote = arguments.remote.options;
  const bool any =
      !remote.keep.empty() || remote.drop_unknown || remote.act || arguments.remote.keep_days > 0;
  if (remote.remote.empty() && any) {
    throw usage("--keep, --keep-newer-than, --drop-unknown and --yes go with --remote");
  }
  if (!remote.remote.empty() && store_options) {
    throw usage("of the store's options, --remote goes with --grace and --dry-run only");
  }
  if (remote.act && arguments.options.store.dry_run) {
    throw usage("--yes and --dry-run exclude each other");
  }
}

Value amount(uint64_t objects, uint64_t bytes) {
  return Value::object().set("objects", objects).set("bytes", bytes);
}

Value roots_to_json(const std::vector<store::Root>& roots) {
  Value list = Value::array();
  for (const store::Root& root : roots) {
    list.push(Value::object()
                  .set("digest", root.digest.text())
                  .set("referrer", printable(root.referrer)));
  }
  return list;
}

Value to_json(const project::GcReport& report, bool dry_run) {
  Value workspaces = Value::array(), notes = Value::array(), groups = Value::array();
  Value keepers = Value::array();
  for (const std::string& root : report.workspaces) workspaces.push(printable(root));
  for (const std::string& note : report.notes) notes.push(printable(note));
  const store::GcReport& gc = report.store;
  for (const store::GcGroup& group : gc.groups) {
    groups.push(amount(group.objects, group.bytes)
                    .set("place", group.place)
                    .set("reason", "unreferenced")
                    .set("last_used_from", format_time(group.oldest))
                    .set("last_used_to", format_time(group.newest)));
  }
  for (const store::GcKeeper& keeper : gc.keepers) {
    keepers.push(amount(keeper.objects, keeper.bytes).set("referrer", printable(keeper.referrer)));
  }
  return Value::object()
      .set("dry_run", dry_run)
      .set("kept", amount(gc.kept_objects, gc.kept_bytes))
      .set("young", amount(gc.young_objects, gc.young_bytes))
      .set("removed", amount(gc.removed_objects, gc.removed_bytes))
      .set("removed_groups", groups)
      .set("evicted", amount(gc.evicted_objects, gc.evicted_bytes))
      .set("merged_packs", gc.merged_packs)
      .set("store_bytes", gc.store_bytes)
      .set("emptied_bytes", gc.emptied_bytes)
      .set("trash", gc.trash_id.empty() ? Value() : Value(gc.trash_id))
      .set("missing", roots_to_json(gc.missing))
      .set("unknown", roots_to_json(gc.unknown))
      .set("kept_by", keepers)
      .set("workspaces", workspaces)
      .set("notes", notes);
}

std::string amount_text(uint64_t objects, uint64_t bytes) {
  return counted(objects, "object") + ", " + human_size(bytes);
}

void print_groups(Output& out, const store::GcReport& gc) {
  for (const store::GcGroup& group : gc.groups) {
    std::string from = format_time(group.oldest).substr(0, 10);
    std::string to = format_time(group.newest).substr(0, 10);
    std::string place = group.place == "loose" ? "loose" : "pack " + group.place.substr(0, 12);
    out.line("  " + place + ": " + amount_text(group.objects, group.bytes) +
             ": nothing refers to them, last added or used " +
             (from == to ? "on " + from : "from " + from + " to " + to));
  }
}

void print_unknown(Output& out, const store::GcReport& gc) {
  if (gc.unknown.empty()) return;
  out.line("gc would remove nothing: " + std::to_string(gc.unknown.size()) +
           " missing objects may be directories that refer to what seems unused:");
  for (size_t i = 0; i < gc.unknown.size() && i < 5; ++i) {
    out.line("  sha256:" + gc.unknown[i].digest.brief() + " of " +
             printable(gc.unknown[i].referrer));
  }
}

void print(Output& out, const project::GcReport& report, bool dry_run) {
  const store::GcReport& gc = report.store;
  for (const std::string& note : report.notes) out.line("note: " + printable(note));
  out.line("in use:  " + amount_text(gc.kept_objects, gc.kept_bytes));
  for (const store::GcKeeper& keeper : gc.keepers) {
    out.line("  " + printable(keeper.referrer) + ": " + amount_text(keeper.objects, keeper.bytes));
  }
  if (gc.young_objects > 0) {
    out.line("recent:  " + amount_text(gc.young_objects, gc.young_bytes) + ", kept for now");
  }
  out.line((dry_run ? "unused:  " : "removed: ") +
           amount_text(gc.removed_objects, gc.removed_bytes));
  if (dry_run) print_groups(out, gc);
  if (gc.evicted_objects > 0) {
    out.line("evicted: " + amount_text(gc.evicted_objects, gc.evicted_bytes) +
             ", which a remote holds");
  }
  if (gc.merged_packs > 0) {
    out.line("merged:  " + std::to_string(gc.merged_packs) + " packs into fewer");
  }
  if (gc.emptied_bytes > 0) out.line("freed:   " + human_size(gc.emptied_bytes) + " of old trash");
  if (!gc.missing.empty()) {
    out.line("missing: " + std::to_string(gc.missing.size()) +
             " objects that are referred to are not in this store");
  }
  print_unknown(out, gc);
  if (!gc.trash_id.empty()) out.line("'mlo gc --undo' brings back what was removed");
}

/// What could not be brought below --max-size, and why.
void print_size(Output& out, const store::GcReport& gc, uint64_t max_size) {
  if (gc.store_bytes <= max_size) return;
  out.line("the store stays at " + human_size(gc.store_bytes) + ", above " + human_size(max_size) +
           ": no remote is known to hold the rest, or it is in use");
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

Action declare_gc(OptionParser& parser) {
  auto arguments = std::make_shared<GcArguments>();
  auto& options = arguments->options;
  parser.add_flag("-n,--dry-run", options.store.dry_run, "only say what would be removed, and why");
  parser.add_option("--grace", arguments->grace_days, "keep unused objects younger than DAYS (14)")
      .value_name("DAYS")
      .range(0.0, 36500.0);
  parser.add_flag("--tips", options.tips,
                  "of git's history, keep only what branches, tags and stashes point at now");
  parser.add_flag("--empty-trash", options.store.empty_trash,
                  "free the space at once; this cannot be undone");
  parser.add_flag("--missing-ok", options.store.missing_ok,
                  "count as unused what only missing directories may refer to");
  parser
      .add_option("--max-size", arguments->max_size,
                  "evict what a remote holds, least recently used first, down to SIZE")
      .value_name("SIZE");
  parser.add_flag("-v,--verbose", arguments->verbose, "also say what keeps how much");
  parser.add_flag("--undo", arguments->undo, "bring back what the last gc removed");
  parser.add_option("--forget", options.forget, "a workspace that shared the store and is gone")
      .value_name("PATH");
  parser
      .add_option("--lock-timeout", arguments->lock_timeout, "wait at most SECONDS for others (10)")
      .value_name("SECONDS")
      .range(0.0, 86400.0);
  declare_gc_remote(parser, arguments->remote);
  return [arguments](Context& context) {
    project::GcOptions options = arguments->options;
    options.lock_timeout = static_cast<int64_t>(arguments->lock_timeout * 1e9);
    options.store.grace = static_cast<int64_t>(arguments->grace_days * 86400) * store::kSecond;
    if (!arguments->max_size.empty()) {
      options.store.max_size = parse_size(arguments->max_size);
      if (!options.store.max_size) {
        throw usage("--max-size " + quoted(arguments->max_size) + " is no size",
                    "write it like 500MiB or 20G");
      }
    }
    options.store.attribute = arguments->verbose || context.json;
    const bool alone = !options.store.dry_run && !options.store.empty_trash &&
                       options.forget.empty() && !options.store.max_size && !options.tips &&
                       !options.store.missing_ok;
    if (arguments->undo && !alone) {
      throw usage("--undo goes with no other option of gc but --lock-timeout");
    }
    const bool changed = options.store.empty_trash || !options.forget.empty() ||
                         options.store.max_size || options.tips || options.store.missing_ok ||
                         arguments->undo || arguments->verbose;
    check_remote(*arguments, changed);
    if (!arguments->remote.options.remote.empty()) {
      return run_gc_remote(context, arguments->remote, options.store.grace);
    }
    auto workspace = repo::Workspace::open(context.env, context.directory);
    if (arguments->undo) return undo(context, workspace, options);
    project::GcReport report = project::gc(context.env, workspace, options);
    if (context.json) {
      context.out.document(to_json(report, options.store.dry_run));
    } else {
      print(context.out, report, options.store.dry_run);
      if (options.store.max_size) print_size(context.out, report.store, *options.store.max_size);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
