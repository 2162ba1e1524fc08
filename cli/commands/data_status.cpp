#include "data/status.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

format::Value imports_json(const std::vector<data::Imported>& imports) {
  format::Value list = format::Value::array();
  for (const data::Imported& each : imports) {
    list.push(
        format::Value::object().set("path", each.path).set("source", repo::to_value(each.source)));
  }
  return list;
}

}  // namespace

Action declare_data_status(OptionParser& parser) {
  auto options = std::make_shared<data::StatusOptions>();
  auto check = std::make_shared<bool>(false);
  parser.add_option("PATH", options->paths, "only these");
  parser.add_flag("--check", *check, "exit 1 when something differs");
  return [options, check](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::StatusReport report = data::status(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("clean", report.clean())
                               .set("pointers", report.pointers)
                               .set("evicted", report.evicted)
                               .set("files", files_json(report.files))
                               .set("imports", imports_json(report.imports)));
    } else if (report.pointers == 0) {
      context.out.line("no data is tracked here (mlo data add PATH)");
    } else if (report.clean()) {
      context.out.line("data is as its pointers say");
    } else {
      print_files(context.out, workspace, report.files);
    }
    if (!context.json && report.evicted > 0) {
      context.out.line(counted(report.evicted, "path") +
                       " evicted (mlo data checkout PATH brings it back)");
    }
    if (report.unreadable > 0) {
      throw failure(
          counted(report.unreadable, "path") + " could not be read: the state is not known",
          "chmod u+r, or run as a user who may read it");
    }
    return *check && !report.clean() ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
