#include <algorithm>
#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "package/registry.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

constexpr size_t kMetrics = 4;

std::string aliases_of(const package::Model& model, int64_t version) {
  std::vector<std::string> names;
  for (const auto& [alias, target] : model.aliases) {
    if (target == version) names.push_back(printable(alias));
  }
  return join(names, " ");
}

std::string metrics_of(const package::ModelVersion& version) {
  std::vector<std::string> parts;
  for (const auto& [key, value] : version.metrics) {
    if (parts.size() == kMetrics) break;
    parts.push_back(printable(key) + " " + shown(value));
  }
  return join(parts, ", ");
}

void print(Output& out, const package::Model& model) {
  out.line(out.paint(Color::bold, printable(model.name)) +
           (model.stage.empty() ? "" : "  " + printable(model.stage)));
  if (!model.description.empty()) out.line("  " + printable(model.description));
  for (const auto& [key, value] : model.tags) {
    out.line("  " + printable(key) + ": " + printable(value));
  }
  out.line();
  using Align = TextTable::Align;
  TextTable table({"version", "aliases", "digest", "run", "commit", "metrics"},
                  {Align::right, Align::left, Align::left, Align::left, Align::left, Align::left});
  for (auto version = model.versions.rbegin(); version != model.versions.rend(); ++version) {
    table.row({std::to_string(version->version), aliases_of(model, version->version),
               version->digest.brief(), shown_id(version->run), version->commit.substr(0, 8),
               metrics_of(*version)});
  }
  table.print(out);
}

}  // namespace

Action declare_model_show(OptionParser& parser) {
  auto name = std::make_shared<std::string>();
  parser.add_option("NAME", *name, "the model").required();
  return [name](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto model = package::Registry(context.env, workspace).show(package::model_name(*name));
    if (context.json) {
      context.out.document(package::to_json(model));
    } else {
      print(context.out, model);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
