#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "package/build.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

struct Arguments {
  std::string name, package;
  bool no_commit = false;
};

format::Value to_json(const package::RegisterReport& report) {
  return format::Value::object()
      .set("created", report.created)
      .set("model", package::to_json(report.version))
      .set("commit", report.commit.empty() ? format::Value() : format::Value(report.commit));
}

}  // namespace

Action declare_model_register(OptionParser& parser) {
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("NAME", arguments->name, "the model").required();
  parser
      .add_option("PACKAGE", arguments->package,
                  "run:ID, sha256:HEX, or a version of another model")
      .required();
  parser.add_flag("--no-commit", arguments->no_commit, "write the files, but commit nothing");
  return [arguments](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = package::register_package(
        context.env, workspace, arguments->name, arguments->package,
        arguments->no_commit ? package::Commit::no : package::Commit::yes);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      const std::string name =
          printable(report.version.name) + ":" + std::to_string(report.version.version);
      context.out.line(report.created ? "registered " + name
                                      : name + " already is this package of this run");
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
