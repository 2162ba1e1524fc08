#include "cli/commands/data_imported.hpp"

#include "base/text.hpp"

namespace mlo::cli {
namespace {

std::string line_of(const repo::Workspace& workspace, const data::ImportedPath& path) {
  std::string line(data::state_name(path.file.state));
  line.resize(10, ' ');
  line += printable(workspace.shown(path.file.path)) + "  " + human_size(path.file.size) + "  ";
  const std::string now = path.source.commit.substr(0, 12);
  if (!path.commit_before.empty() && path.commit_before != path.source.commit) {
    line += path.commit_before.substr(0, 12) + " -> ";
  }
  return line + now;
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
