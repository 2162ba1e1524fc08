#include "score/predict.hpp"

#include <optional>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "package/open_package.hpp"
#include "repo/workspace.hpp"
#include "score/output_file.hpp"

namespace mlo::score {
namespace {

// Large enough to hide the cost of a call into the runtime, small enough for the second-level cache.
constexpr size_t kPredictBatch = 2048;

OutputFormat output_format(const PredictOptions& options) {
  if (options.format == "csv") return OutputFormat::csv;
  if (options.format == "jsonl") return OutputFormat::jsonl;
  bool named = options.output.ends_with(".jsonl") || options.output.ends_with(".ndjson");
  return named ? OutputFormat::jsonl : OutputFormat::csv;
}

table::RowOptions row_options(const Env& env, const PredictOptions& options) {
  table::RowOptions rows;
  if (options.input_format == "csv") rows.format = table::RowFormat::csv;
  if (options.input_format == "jsonl") rows.format = table::RowFormat::jsonl;
  rows.delimiter = options.delimiter;
  rows.cancelled = &env.cancelled;
  return rows;
}

/// Writes what was predicted; of a batch with a row that cannot be written, the rows before it.
void write_rows(const table::RawRows& rows, const infer::Predictions& predictions,
                PredictionWriter& writer, const ByteSink& sink) {
  std::string text;
  try {
    writer.append(rows, predictions, text);
  } catch (const Error&) {
    sink(text);
    throw;
  }
  sink(text);
}

/// How many rows, from the first on, can be predicted, in a batch that cannot be as a whole.
size_t predictable_rows(infer::PredictSession& session, const table::RawRows& rows) {
  table::RawRows part;
  infer::Predictions predictions;
  size_t good = 0, bad = rows.rows();
  while (bad - good > 1) {
    size_t middle = good + (bad - good) / 2;
    rows.copy_first(middle, part);
    try {
      session.predict(part, predictions);
      good = middle;
    } catch (const Error&) {
      bad = middle;
    }
  }
  return good;
}

/// A batch with a bad row: writes the rows before the first such row, then throws its error.
void predict_until_bad_row(infer::PredictSession& session, const table::RawRows& rows,
                           PredictionWriter& writer, const ByteSink& sink) {
  table::RawRows part;
  infer::Predictions predictions;
  size_t good = predictable_rows(session, rows);
  if (good > 0) {
    rows.copy_first(good, part);
    session.predict(part, predictions);
    write_rows(part, predictions, writer, sink);
  }
  rows.copy_first(good + 1, part);
  session.predict(part, predictions);
}

}  // namespace

uint64_t predict_rows(Env& env, table::RowReader& reader, const infer::Predictor& predictor,
                      int threads, PredictionWriter& writer, const ByteSink& sink) {
  infer::PredictSession session = predictor.session(threads);
  infer::Predictions predictions;
  table::RawRows rows;
  while (reader.next(rows, kPredictBatch)) {
    env.check_cancelled();
    try {
      session.predict(rows, predictions);
    } catch (const Error&) {
      predict_until_bad_row(session, rows, writer, sink);
      throw;
    }
    write_rows(rows, predictions, writer, sink);
  }
  return reader.rows();
}

PredictReport predict(Env& env, repo::Workspace& workspace, const PredictOptions& options,
                      const ByteSink& standard_output) {
  bool piped = options.input == "-";
  Descriptor opened = piped ? Descriptor() : open_read(options.input);
  table::RowReader reader(piped ? options.standard_input : opened.get(),
                          piped ? "standard input" : options.input, row_options(env, options));
  auto package = package::open_package(env, workspace, options.model, options.plugin_path);
  infer::Predictor predictor = package.predictor();
  PredictionWriter writer(predictor, output_format(options), options.with_input);

  std::optional<OutputFile> file;
  if (options.output != "-") file.emplace(env, options.output);
  ByteSink sink = standard_output;
  if (file) sink = [&](std::string_view text) { file->write(text); };
  uint64_t rows = predict_rows(env, reader, predictor, options.threads, writer, sink);
  if (rows == 0) throw failure((piped ? "standard input" : options.input) + ": no rows");
  if (file) file->commit();

  const package::Resolved& resolved = package.resolved();
  PredictReport report{
      options.model,           resolved.name, resolved.version, resolved.digest.text(),
      package.manifest().task, options.input, options.output,   rows};
  report.to_stream = !file || file->is_stream();
  return report;
}

char parse_delimiter(std::string_view text) {
  if (text.empty()) return 0;
  if (text == "\\t" || text == "tab") return '\t';
  bool plain = text.size() == 1 && static_cast<unsigned char>(text[0]) < 0x80;
  if (plain && text != "\"" && text != "\n" && text != "\r") return text[0];
  throw usage("a delimiter is one ASCII character, not " + quoted(text),
              "--delimiter ';', or --delimiter tab");
}

format::Value to_json(const PredictReport& report) {
  using format::Value;
  Value model = Value::object();
  model.set("reference", report.model)
      .set("name", report.name.empty() ? Value() : Value(report.name))
      .set("version", report.version == 0 ? Value() : Value(report.version))
      .set("digest", report.digest);
  Value document = Value::object();
  document.set("model", std::move(model))
      .set("task", report.task)
      .set("input", report.input)
      .set("output", report.output)
      .set("rows", static_cast<int64_t>(report.rows));
  return document;
}

}  // namespace mlo::score
