#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "package/registry.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

struct Arguments : package::AliasOptions {
  bool remove = false;
  bool no_commit = false;
};

format::Value version_or_null(const std::optional<int64_t>& version) {
  return version ? format::Value(*version) : format::Value();
}

format::Value to_json(const package::AliasReport& report) {
  return format::Value::object()
      .set("name", report.name)
      .set("alias", report.alias)
      .set("before", version_or_null(report.before))
      .set("after", version_or_null(report.after))
      .set("commit", report.commit.empty() ? format::Value() : format::Value(report.commit));
}

void print(Output& out, const package::AliasReport& report) {
  const std::string alias = printable(report.name) + "@" + printable(report.alias);
  std::string line = alias + " is ";
  line += report.after ? "version " + std::to_string(*report.after) : "gone";
  if (report.before && report.before != report.after) {
    line += " (was " + std::to_string(*report.before) + ")";
  }
  if (report.before == report.after) line += " already";
  if (!report.commit.empty()) line += ", commit " + report.commit.substr(0, 8);
  out.line(line);
}

}  // namespace

Action declare_model_alias(OptionParser& parser) {
  auto arguments = std::make_shared<Arguments>();
  parser.add_option("NAME", arguments->name, "the model").required();
  parser.add_option("ALIAS", arguments->alias, "such as production").required();
  parser.add_option("VERSION", arguments->version, "the version that it shall name");
  parser.add_flag("--remove", arguments->remove, "take the alias away");
  parser.add_option("--expect", arguments->expect,
                    "change it only if it names this version now (0: none); else exit 1");
  parser.add_flag("--no-commit", arguments->no_commit, "write the file, but commit nothing");
  return [arguments](Context& context) {
    if (arguments->remove == arguments->version.has_value()) {
      throw usage("give either a VERSION or --remove",
                  "mlo model alias " + arguments->name + " " + arguments->alias + " 1");
    }
    if (arguments->no_commit) arguments->git_commit = package::Commit::no;
    arguments->name = package::model_name(arguments->name);
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto report = package::Registry(context.env, workspace).alias(*arguments);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
