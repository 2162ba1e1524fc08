#include "data/diff.hpp"

#include <CLI/CLI.hpp>
#include <memory>

#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"

namespace mlo::cli {
namespace {

format::Value side(const std::string& commit) {
  return commit.empty() ? format::Value() : format::Value(commit);
}

}  // namespace

Action declare_data_diff(CLI::App& app) {
  auto options = std::make_shared<data::DiffOptions>();
  auto check = std::make_shared<bool>(false);
  app.add_option("REV", options->arguments,
                 "[REV [REV]] [PATH...]: two commits, a commit and the "
                 "work tree, or the pointers and the work tree");
  app.add_flag("--check", *check, "exit 1 when something differs");
  return [options, check](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::DiffReport report = data::diff(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("from", side(report.from))
                               .set("to", side(report.to))
                               .set("files", files_json(report.files)));
    } else {
      print_files(context.out, report.files);
    }
    return *check && !report.files.empty() ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
