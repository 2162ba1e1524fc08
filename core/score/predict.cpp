#include "score/predict.hpp"

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "package/open_package.hpp"
#include "repo/workspace.hpp"

namespace mlo::score {
namespace {

// Large enough to hide the cost of a call into the runtime, small enough for the second-level cache.
constexpr size_t kBatch = 2048;

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

/// A file that is replaced at the end, or a pipe or device that is written as it is.
class OutputFile {
 public:
  OutputFile(Env& env, const std::string& path) : env_(env), path_(path) {
    auto there = stat_target(path);
    if (there && S_ISDIR(there->st_mode)) throw failure(quoted(path) + " is a directory");
    if (there && !S_ISREG(there->st_mode)) {
      direct_ = env.files.create(path, Create::append, 0666);
    } else {
      atomic_.emplace(env.files, path);
    }
  }
  void write(std::string_view text) {
    if (atomic_) return atomic_->write(text);
    env_.files.write(direct_.get(), as_bytes(text), path_);
  }
  void commit() {
    if (atomic_) atomic_->commit();
  }

 private:
  Env& env_;
  std::string path_;
  std::optional<AtomicFile> atomic_;
  Descriptor direct_;
};

}  // namespace

uint64_t predict_rows(Env& env, table::RowReader& reader, const infer::Predictor& predictor,
                      int threads, PredictionWriter& writer, const ByteSink& sink) {
  infer::PredictSession session = predictor.session(threads);
  infer::Predictions predictions;
  table::RawRows rows;
  std::string text;
  while (reader.next(rows, kBatch)) {
    env.check_cancelled();
    session.predict(rows, predictions);
    text.clear();
    writer.append(rows, predictions, text);
    sink(text);
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
  return {options.model,           resolved.name, resolved.version, resolved.digest.text(),
          package.manifest().task, options.input, options.output,   rows};
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
