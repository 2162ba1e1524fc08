#include <memory>

#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "project/doctor.hpp"

namespace mlo::cli {
namespace {

using format::Value;
using project::DoctorReport;
using project::Finding;

const char* level_name(Finding::Level level) {
  switch (level) {
    case Finding::Level::good:
      return "ok";
    case Finding::Level::warning:
      return "warning";
    case Finding::Level::problem:
      return "problem";
  }
  return "";
}

Value to_json(const DoctorReport& report) {
  Value versions = Value::object(), links = Value::array(), plugins = Value::array();
  Value findings = Value::array();
  versions.set("mlo", MLO_VERSION);
  for (const auto& [name, version] : report.versions) versions.set(name, version);
  for (const auto& link : report.links) {
    links.push(Value::object()
                   .set("kind", store::link_name(link.kind))
                   .set("offered", link.offered)
                   .set("reason", link.offered ? Value() : Value(link.reason)));
  }
  for (const auto& plugin : report.plugins) {
    plugins.push(Value::object()
                     .set("name", plugin.name)
                     .set("kind", plugin.kind)
                     .set("version", plugin.version)
                     .set("library", plugin.library + " " + plugin.library_version)
                     .set("path", plugin.path)
                     .set("problem", plugin.problem.empty() ? Value() : Value(plugin.problem)));
  }
  for (const Finding& finding : report.findings) {
    findings.push(Value::object()
                      .set("level", level_name(finding.level))
                      .set("text", finding.text)
                      .set("hint", finding.hint.empty() ? Value() : Value(finding.hint)));
  }
  return Value::object()
      .set("healthy", report.healthy())
      .set("versions", versions)
      .set("links", links)
      .set("plugins", plugins)
      .set("findings", findings);
}

void print_plugins(Output& out, const DoctorReport& report) {
  out.line();
  out.line(out.paint(Color::bold, "plugins"));
  for (const auto& plugin : report.plugins) {
    std::string line = "  " + plugin.name + " " + plugin.version + " (" + plugin.kind;
    if (!plugin.library.empty()) line += ", " + plugin.library + " " + plugin.library_version;
    line += ")  " + plugin.path;
    out.line(line);
    if (!plugin.problem.empty()) {
      out.line("    " + out.paint(Color::red, "not usable: ") + plugin.problem);
    }
  }
  for (const std::string& directory : report.plugin_directories) {
    out.line(out.paint(Color::dim, "  searched " + directory));
  }
}

void print(Output& out, const DoctorReport& report) {
  out.line(out.paint(Color::bold, "versions"));
  out.line("  mlo " MLO_VERSION);
  for (const auto& [name, version] : report.versions) out.line("  " + name + " " + version);
  if (!report.links.empty()) {
    out.line();
    out.line(out.paint(Color::bold, "links from the store to the work tree"));
    for (const auto& link : report.links) {
      std::string name(store::link_name(link.kind));
      name.resize(10, ' ');
      out.line("  " + name + (link.offered ? "yes" : "no: " + link.reason));
    }
  }
  print_plugins(out, report);
  out.line();
  out.line(out.paint(Color::bold, "findings"));
  for (const Finding& finding : report.findings) {
    static constexpr Color kColors[] = {Color::green, Color::yellow, Color::red};
    std::string level = level_name(finding.level);
    level.resize(9, ' ');
    out.line("  " + out.paint(kColors[static_cast<int>(finding.level)], level) + finding.text);
    if (!finding.hint.empty()) out.line("           hint: " + finding.hint);
  }
}

}  // namespace

Action declare_doctor(OptionParser& parser) {
  auto options = std::make_shared<project::DoctorOptions>();
  auto check = std::make_shared<bool>(false);
  parser
      .add_option("--plugin-path", options->plugin_path, "directories to search for plugins first")
      .one_each();
  parser.add_flag("--check", *check, "exit 1 when a problem was found");
  return [options, check](Context& context) {
    options->directory = context.directory;
    DoctorReport report = project::doctor(context.env, *options);
    if (context.json) {
      context.out.document(to_json(report));
    } else {
      print(context.out, report);
    }
    return *check && !report.healthy() ? Exit::no : Exit::done;
  };
}

}  // namespace mlo::cli
