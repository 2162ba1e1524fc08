#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "package/open_package.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {
namespace {

using package::Manifest;
using package::Resolved;

format::Value to_json(const Resolved& resolved, const Manifest& manifest) {
  using format::Value;
  Value out = Value::object();
  out.set("name", resolved.name.empty() ? Value() : Value(resolved.name));
  out.set("version", resolved.version == 0 ? Value() : Value(resolved.version));
  out.set("digest", resolved.digest.text());
  const Value contents = package::to_json(manifest);
  for (const auto& member : contents.as_object()) out.set(member.key, member.value);
  return out;
}

void print(Output& out, const Resolved& resolved, const Manifest& manifest) {
  const std::string title = resolved.name.empty()
                                ? "package " + resolved.digest.brief()
                                : printable(resolved.name) + ":" + std::to_string(resolved.version);
  out.line(out.paint(Color::bold, title) + "  " + resolved.digest.text());
  out.line("  " + manifest.task + " of " + quoted(manifest.target));
  if (!manifest.classes.empty()) out.line("  classes  " + join(manifest.classes, ", "));
  out.line("  runtime  " + manifest.runtime + " " + manifest.runtime_version +
           (manifest.library_version.empty() ? "" : " (" + manifest.library_version + ")"));
  for (const auto& data : manifest.data) {
    out.line("  data     " + printable(data.name) + "  " + data.digest.brief());
  }
  out.line();
  TextTable inputs({"input", "type"});
  for (const auto& column : manifest.inputs) inputs.row({printable(column.name), column.type});
  inputs.print(out);
  out.line();
  using Align = TextTable::Align;
  TextTable files({"file", "size", "digest"}, {Align::left, Align::right, Align::left});
  for (const auto& file : manifest.files) {
    files.row({printable(file.path), human_size(file.size), file.digest.brief()});
  }
  files.print(out);
}

}  // namespace

Action declare_package_inspect(OptionParser& parser) {
  auto reference = std::make_shared<std::string>();
  parser
      .add_option("PACKAGE", *reference,
                  "NAME, NAME:VERSION, NAME@ALIAS, model:..., run:ID or sha256:HEX")
      .required();
  return [reference](Context& context) {
    auto workspace = repo::Workspace::open(context.env, context.directory);
    const auto opened = package::open_package(context.env, workspace, *reference, {});
    if (context.json) {
      context.out.document(to_json(opened.resolved(), opened.manifest()));
    } else {
      print(context.out, opened.resolved(), opened.manifest());
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
