#include "data/checkout.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/commands/file_filter.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

constexpr size_t kLines = 20;

void print(Output& out, const repo::Workspace& workspace, const data::CheckoutReport& report) {
  print_files(out, workspace, report.files);
  uint64_t changed = report.updated + report.removed;
  if (changed > kLines) out.line("... and " + std::to_string(changed - kLines) + " more");
  if (changed == 0) return out.line("data is as its pointers say");
  out.line(counted(report.updated, "file") + " written, " + std::to_string(report.removed) +
           " removed");
}

format::Value links_json(const data::CheckoutReport& report) {
  format::Value links = format::Value::object();
  for (size_t i = 0; i < report.links.size(); ++i) {
    links.set(std::string(store::link_name(static_cast<store::LinkKind>(i))), report.links[i]);
  }
  return links;
}

format::Value to_json(const data::CheckoutReport& report) {
  format::Value note;
  if (!report.link_note.empty()) note = report.link_note;
  return format::Value::object()
      .set("pointers", report.pointers)
      .set("updated", report.updated)
      .set("removed", report.removed)
      .set("evicted", report.evicted)
      .set("links", links_json(report))
      .set("link_note", std::move(note))
      .set("files", files_json(report.files));
}

}  // namespace

Action declare_data_checkout(OptionParser& parser) {
  auto options = std::make_shared<data::CheckoutOptions>();
  auto filter = std::make_shared<FilterArguments>();
  parser.add_option("PATH", options->paths, "only these; what names nothing may be a glob");
  parser.add_flag("-f,--force", options->force, "overwrite content that is not stored");
  parser.add_flag("--keep-evicted", options->keep_evicted,
                  "leave away what 'data evict' took away");
  add_filter_options(parser, *filter);
  return [options, filter](Context& context) {
    options->filter = filter_of(*filter);
    if (!context.json) options->most_files = kLines;
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::CheckoutReport report = data::checkout(context.env, workspace, *options);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, workspace, report);
      // Of the default nobody asked for more than it can do.
      if (!report.link_note.empty() && workspace.local().links_given)
        context.env.reporter.note(report.link_note);
    }
    if (report.unreadable > 0) {
      throw failure(counted(report.unreadable, "path") + " could not be read and was left alone",
                    "chmod u+r, or --force to write them anew");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
