#include "data/add.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

void print(Output& out, const repo::Workspace& workspace, const data::AddReport& report) {
  for (const data::FileState& file : report.files) {
    std::string line(data::state_name(file.state));
    line.resize(10, ' ');
    out.line(line + printable(workspace.shown(file.path)) + "  " + human_size(file.size));
  }
  if (report.objects > 0) {
    out.line(counted(report.objects, "new object") + ", " + human_size(report.bytes));
  }
}

}  // namespace

Action declare_data_add(OptionParser& parser) {
  auto options = std::make_shared<data::AddOptions>();
  parser.add_option("PATH", options->paths, "files and directories").required();
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::AddReport report = data::add(context.env, workspace, *options);
    if (context.json) {
      context.out.document(format::Value::object()
                               .set("files", files_json(report.files))
                               .set("hashed", report.hashed)
                               .set("objects", report.objects)
                               .set("bytes", report.bytes));
    } else {
      print(context.out, workspace, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
