#include "base/text.hpp"
#include "cli/commands.hpp"
#include "package/registry.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

void print(Output& out, const std::vector<package::Model>& models) {
  if (models.empty()) return out.line("no models yet (mlo package build run:latest --name NAME)");
  using Align = TextTable::Align;
  TextTable table({"model", "latest", "aliases", "stage", "description"},
                  {Align::left, Align::right, Align::left, Align::left, Align::left});
  for (const auto& model : models) {
    std::vector<std::string> aliases;
    for (const auto& [alias, version] : model.aliases) {
      aliases.push_back(printable(alias) + "=" + std::to_string(version));
    }
    table.row({printable(model.name),
               model.versions.empty() ? "-" : std::to_string(model.versions.back().version),
               join(aliases, " "), printable(model.stage), printable(model.description)});
  }
  table.print(out);
}

}  // namespace

Action declare_model_list(OptionParser&) {
  return [](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto models = package::Registry(context.env, workspace).list();
    if (context.json) {
      format::Value list = format::Value::array();
      for (const auto& model : models) list.push(package::to_json(model));
      context.out.document(format::Value::object().set("models", std::move(list)));
    } else {
      print(context.out, models);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
