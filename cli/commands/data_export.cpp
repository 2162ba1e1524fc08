#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/commands/data_files.hpp"
#include "cli/option_parser.hpp"
#include "data/dvc_export.hpp"

namespace mlo::cli {
namespace {

constexpr size_t kLines = 20;

void print(Output& out, const data::DvcExportReport& report) {
  uint64_t written = 0;
  for (const auto& file : report.files) {
    if (!file.written) continue;
    if (written++ < kLines) out.line("written   " + printable(file.path) + ".dvc  " + file.md5);
  }
  if (written > kLines) out.line("... and " + std::to_string(written - kLines) + " more");
  out.line(counted(report.files.size(), "path") + " as DVC keeps them, " +
           counted(written, ".dvc file") + " written; " + counted(report.objects, "new object") +
           " in its cache, " + human_size(report.bytes));
  if (report.executables > 0) {
    out.line("DVC keeps no executable bits inside directories: " +
             counted(report.executables, "file") + " lost it");
  }
  if (report.lost.empty()) return;
  out.line(out.paint(Color::red, "not as it was:"));
  for (const auto& lost : report.lost) out.line("  " + printable(lost.path) + "  " + lost.reason);
}

format::Value document(const data::DvcExportReport& report) {
  format::Value files = format::Value::array(), lost = format::Value::array();
  for (const auto& file : report.files) {
    files.push(format::Value::object()
                   .set("path", file.path)
                   .set("md5", file.md5)
                   .set("size", file.size)
                   .set("written", file.written));
  }
  for (const auto& item : report.lost) {
    lost.push(format::Value::object()
                  .set("path", replace_invalid_utf8(item.path))
                  .set("reason", item.reason));
  }
  return format::Value::object()
      .set("repository", replace_invalid_utf8(report.repository))
      .set("files", std::move(files))
      .set("lost", std::move(lost))
      .set("executables", report.executables)
      .set("objects", report.objects)
      .set("bytes", report.bytes);
}

}  // namespace

Action declare_data_export(OptionParser& parser) {
  auto options = std::make_shared<data::DvcExportOptions>();
  auto dvc = std::make_shared<bool>(false);
  parser.add_option("PATH", options->paths, "only these");
  parser.add_flag("--to-dvc", *dvc, "as .dvc files and DVC's cache");
  parser.add_option("-o,--output", options->directory, "a DVC repository (default: this one)")
      .value_name("DIR");
  return [options, dvc](Context& context) {
    if (!*dvc) throw usage("nothing says what to export to", "mlo data export --to-dvc [PATH...]");
    repo::Workspace workspace = repo::Workspace::open(context.env, context.directory);
    data::DvcExportReport report = data::export_dvc(context.env, workspace, *options);
    if (context.json) {
      context.out.document(document(report));
    } else {
      print(context.out, report);
    }
    return report.lost.empty() ? Exit::done : Exit::no;
  };
}

}  // namespace mlo::cli
