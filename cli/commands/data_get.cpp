#include "data/get.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "repo/source.hpp"

namespace mlo::cli {

Action declare_data_get(OptionParser& parser) {
  auto options = std::make_shared<data::GetOptions>();
  parser
      .add_option("SOURCE", options->asked.url,
                  "a repository (a directory, or what git clone takes), or the URL of a file")
      .required();
  parser.add_option("PATH", options->asked.path, "a file or directory in the repository");
  parser.add_option("--rev", options->asked.rev, "a branch, tag or commit of the repository");
  parser.add_option("-o,--out", options->out, "where to write it");
  parser.add_flag("--force", options->force, "replace what is there");
  return [options](Context& context) {
    options->directory = context.directory;
    const data::GetReport report = data::get(context.env, *options);
    const repo::Pointer& content = report.content;
    if (context.json) {
      context.out.document(
          format::Value::object()
              .set("path", replace_invalid_utf8(report.out))
              .set("type", content.type == repo::Pointer::Type::tree ? "tree" : "file")
              .set("digest", content.digest.text())
              .set("size", content.size)
              .set("files", content.files)
              .set("source", repo::to_value(*content.source)));
    } else {
      const std::string shown = relative_to(report.out, context.directory).value_or(report.out);
      context.out.line(printable(shown) + "  " + human_size(content.size));
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
