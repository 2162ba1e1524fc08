#include "cli/commands/data_imported.hpp"

#include "base/text.hpp"

namespace mlo::cli {
namespace {

std::string line_of(const repo::Workspace& workspace, const data::ImportedPath& path) {
  std::string line(data::state_name(path.file.state));
  line.resize(10, ' ');
  line += printable(workspace.shown(path.file.path)) + "  " + human_size(path.file.size) + "  ";
  const std::string now = repo::version_of(path.source);
  if (!path.version_before.empty() && path.version_before != now) {
    line += printable(path.version_before) + " -> ";
  }
  return line + printable(now);
}

}  // namespace

void show_imported(Context& context, const repo::Workspace& workspace,
                   const data::ImportReport& report) {
  if (!context.json) {
    if (report.paths.empty()) context.out.line("nothing here was imported");
    for (const data::ImportedPath& path : report.paths) {
      context.out.line(line_of(workspace, path));
    }
    return;
  }
  format::Value files = format::Value::array();
  for (const data::ImportedPath& path : report.paths) {
    format::Value file = data::to_json(path.file);
    file.set("source", repo::to_value(path.source));
    files.push(std::move(file));
  }
  context.out.document(format::Value::object().set("files", std::move(files)));
}

}  // namespace mlo::cli
