#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/remotes.hpp"

namespace mlo::cli {

Action declare_remote_list(OptionParser&) {
  return [](Context& context) {
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    const auto entries = project::list_remotes(workspace);
    if (context.json) {
      format::Value remotes = format::Value::array();
      for (const auto& entry : entries) remotes.push(remote_json(entry));
      context.out.document(format::Value::object().set("remotes", remotes));
      return Exit::done;
    }
    if (entries.empty()) context.out.line("no remotes; 'mlo remote add NAME URL' adds one");
    TextTable table({"name", "url", ""});
    for (const auto& entry : entries) {
      std::string notes = entry.is_default ? "default" : "";
      if (entry.encrypt) notes += notes.empty() ? "encrypted" : ", encrypted";
      table.row({printable(entry.name), printable(entry.url), notes});
    }
    if (!table.empty()) table.print(context.out);
    return Exit::done;
  };
}

}  // namespace mlo::cli
