#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "package/history.hpp"
#include "package/registry.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

void print(Output& out, const package::HistoryReport& report) {
  if (!report.uncommitted.empty()) {
    out.line("not committed: " + printable(join(report.uncommitted, " ")));
  }
  if (report.changes.empty()) return out.line("no commit touches this model yet");
  TextTable table({"commit", "time", "author", "change", "files"});
  for (const auto& change : report.changes) {
    table.row({change.commit.substr(0, 8), shown_time(change.time), printable(change.author),
               printable(change.subject), printable(join(change.files, " "))});
  }
  table.print(out);
}

}  // namespace

Action declare_model_history(OptionParser& parser) {
  struct Arguments {
    std::string name;
    size_t limit = 0;
  };
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("NAME", arguments->name, "the model").required();
  parser.add_option("--limit,-n", arguments->limit, "at most this many changes");
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = package::history(context.env, workspace,
                                         package::model_name(arguments->name), arguments->limit);
    if (context.json) {
      context.out.document(package::to_json(report));
    } else {
      print(context.out, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
