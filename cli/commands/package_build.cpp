#include "package/build.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/runs.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

format::Value to_json(const package::BuildReport& report) {
  format::Value out = format::Value::object();
  out.set("digest", report.digest.text()).set("run", report.run);
  out.set("created", report.registered && report.registered->created);
  return out.set(
      "model", report.registered ? package::to_json(report.registered->version) : format::Value());
}

void print(Output& out, const package::BuildReport& report) {
  uint64_t size = 0;
  for (const auto& file : report.manifest.files) size += file.size;
  out.line("built package " + report.digest.brief() + " from run " + shown_id(report.run) + " (" +
           human_size(size) + ")");
  if (!report.registered) {
    return out.line("give it a name: mlo model register NAME " + report.digest.text());
  }
  const auto& version = report.registered->version;
  const std::string name =
      out.paint(Color::bold, printable(version.name) + ":" + std::to_string(version.version));
  out.line(report.registered->created ? "registered " + name + " (" + version.file + ")"
                                      : name + " already is this package of this run");
}

}  // namespace

Action declare_package_build(OptionParser& parser) {
  auto options = std::make_shared<package::BuildOptions>();
  auto no_commit = std::make_shared<bool>(false);
  parser.add_option("RUN", options->run, "run:ID, an id, its beginning, or latest").required();
  parser.add_option("--name", options->name, "register it as the next version of this model");
  parser.add_flag("--no-commit", *no_commit, "write the registry's files, but commit nothing");
  return [options, no_commit](Context& context) {
    if (*no_commit) options->git_commit = package::Commit::no;
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = package::build(context.env, workspace, *options);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
