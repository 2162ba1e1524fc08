#include "score/predict.hpp"

#include <memory>

#include "base/text.hpp"
#include "cli/commands.hpp"
#include "cli/option_parser.hpp"
#include "repo/workspace.hpp"

namespace mlo::cli {

Action declare_predict(OptionParser& parser) {
  struct Options : score::PredictOptions {
    std::string delimiter_text;
  };
  auto options = std::make_shared<Options>();
  parser
      .add_option("MODEL", options->model,
                  "NAME, NAME:VERSION, NAME@ALIAS, model:..., run:ID or sha256:HEX")
      .required();
  parser.add_option("FILE", options->input, "CSV or JSONL; '-' streams standard input").required();
  parser.add_option("-o,--output", options->output, "file to write, '-' for standard output")
      .show_default();
  parser
      .add_option("--format", options->format,
                  "csv or jsonl (default: by the name of the output, else csv)")
      .one_of({"csv", "jsonl"});
  parser
      .add_option("--input-format", options->input_format,
                  "csv or jsonl (default: by name and content)")
      .one_of({"csv", "jsonl"});
  parser.add_option("--delimiter", options->delimiter_text,
                    "of a CSV input, one character (default: tab for .tsv, else a comma)");
  parser.add_flag("--with-input", options->with_input,
                  "write the input's columns before the outputs");
  parser.add_option("--threads", options->threads, "threads of the runtime")
      .range(1, 1024)
      .show_default();
  parser
      .add_option("--plugin-path", options->plugin_path, "directories to search for runtimes first")
      .one_each();
  return [options](Context& context) {
    if (context.json && options->output == "-") {
      throw usage("--json prints a summary, so the predictions need a file", "add -o FILE");
    }
    if (options->output.empty())
      throw usage("-o needs the name of a file", "-o - is standard output");
    options->delimiter = score::parse_delimiter(options->delimiter_text);
    auto workspace = repo::Workspace::open(context.env, context.directory);
    auto report = score::predict(context.env, workspace, *options, [&](std::string_view text) {
      context.out.text(text);
      context.out.flush();
    });
    if (context.json) {
      context.out.document(score::to_json(report));
    } else if (options->output != "-") {
      const std::string line =
          "wrote " + counted(report.rows, "prediction") + " to " + printable(report.output);
      // Standard output may be that stream.
      if (report.to_stream) {
        context.env.reporter.note(line);
      } else {
        context.out.line(line);
      }
    }
    return Exit::done;
  };
}

}  // namespace mlo::cli
