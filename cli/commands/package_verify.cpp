#include "package/verify.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

void print(Output& out, const package::VerifyReport& report) {
  const auto& package = report.package;
  const std::string name = package.name.empty()
                               ? "package " + package.digest.brief()
                               : printable(package.name) + ":" + std::to_string(package.version);
  if (report.verified()) {
    return out.line(name + ": " + out.paint(Color::green, "verified") + ", " +
                    std::to_string(report.files.size()) + " files, " + std::to_string(report.rows) +
                    " sample rows give the stored outputs");
  }
  out.line(name + ": " + out.paint(Color::red, "not verified"));
  for (const auto& problem : report.problems) out.line("  " + problem);
}

}  // namespace

Action declare_package_verify(OptionParser& parser) {
  auto reference = std::make_shared<std::string>();
  auto plugin_path = std::make_shared<std::vector<std::string>>();
  parser
      .add_option("PACKAGE", *reference,
                  "NAME, NAME:VERSION, NAME@ALIAS, model:..., run:ID or sha256:HEX")
      .required();
  parser.add_option("--plugin-path", *plugin_path, "directories to search for runtimes first")
      .one_each();
  return [reference, plugin_path](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = package::verify(context.env, workspace, *reference, *plugin_path);
    if (context.json) {
      context.out.document(package::to_json(report));
    } else {
      print(context.out, report);
    }
    return report.verified() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
