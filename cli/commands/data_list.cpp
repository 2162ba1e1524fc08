#include "data/list.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"

namespace mlo::cli {
namespace {

format::Value to_json(const data::ListedData& entry) {
  bool tree = entry.type == repo::Pointer::Type::tree;
  return data::to_json(entry.file)
      .set("type", tree ? "tree" : "file")
      .set("files", entry.files)
      .set("source", entry.source ? repo::to_value(*entry.source) : format::Value());
}

void print(Output& out, const repo::Workspace& workspace, const data::ListReport& report) {
  using Align = TextTable::Align;
  TextTable table({"digest", "size", "files", "path"},
                  {Align::left, Align::right, Align::right, Align::left});
  for (const data::ListedData& entry : report.entries) {
    bool tree = entry.type == repo::Pointer::Type::tree;
    std::string path = printable(workspace.shown(entry.file.path)) + (tree ? "/" : "");
    if (entry.source)
      path += out.paint(Color::dim, "  (from " + printable(entry.source->url) + ")");
    if (entry.file.state == data::State::missing) {
      path += out.paint(Color::red, "  (not in the store)");
    }
    table.row({entry.file.digest->brief(), human_size(entry.file.size), std::to_string(entry.files),
               path});
  }
  if (table.empty()) return out.line("no data is tracked here (mlo data add PATH)");
  table.print(out);
}

}  // namespace

Action declare_data_list(OptionParser& parser) {
  auto options = std::make_shared<data::ListOptions>();
  parser.add_option("PATH", options->paths, "only these");
  parser.add_flag("-r,--recursive", options->recursive, "the files inside tracked directories too");
  return [options](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::ListReport report = data::list(context.env, workspace, *options);
    if (context.json) {
      format::Value files = format::Value::array();
      for (const data::ListedData& entry : report.entries) files.push(to_json(entry));
      context.out.document(format::Value::object().set("files", std::move(files)));
    } else {
      print(context.out, workspace, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
