// `mlo predict`: a model's predictions for the rows of a file, or of standard input as they arrive.
// Memory does not grow with the number of rows. A file of predictions is replaced atomically, at the
// end: after an error the old one is still there. What goes to standard output or another stream is
// handed over batch by batch, so a consumer sees the answer to a row before the next row is sent, and
// gets the rows before a bad one.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/env.hpp"
#include "format/value.hpp"
#include "infer/predictor.hpp"
#include "score/prediction_writer.hpp"
#include "table/row_reader.hpp"

namespace mlo::repo {
class Workspace;
}

namespace mlo::score {

struct PredictOptions {
  std::string model;         ///< NAME, NAME:3, NAME@alias, model:, run:, sha256:
  std::string input;         ///< a path, or "-"
  std::string output = "-";  ///< a path, or "-"
  /// "csv", "jsonl", or "": by the end of the output's name (.jsonl, .ndjson), else CSV.
  std::string format;
  /// "csv", "jsonl", or "": by name and first character.
  std::string input_format;
  char delimiter = 0;  ///< of the input; 0: tab for .tsv, else a comma
  bool with_input = false;
  int threads = 1;
  std::vector<std::string> plugin_path;  ///< values of --plugin-path
  int standard_input = 0;
};

struct PredictReport {
  std::string model;  ///< as asked for
  std::string name;   ///< of the model; empty for run: and sha256:
  int64_t version = 0;
  std::string digest;  ///< of the package
  std::string task;
  std::string input, output;
  uint64_t rows = 0;
  bool to_stream = false;  ///< the predictions went to standard output, a pipe or a device
};

/// Receives bytes for standard output and writes them out at once.
using ByteSink = std::function<void(std::string_view)>;

/// Throws (failure) as RowReader and PredictSession do, and when the input has no row at all.
PredictReport predict(Env& env, repo::Workspace& workspace, const PredictOptions& options,
                      const ByteSink& standard_output);

/// The loop: reads, predicts, writes to `sink` after each batch. Returns the number of rows.
uint64_t predict_rows(Env& env, table::RowReader& reader, const infer::Predictor& predictor,
                      int threads, PredictionWriter& writer, const ByteSink& sink);

/// "" is 0; one character is itself; "\\t" and "tab" are a tab. Throws usage for anything else, a quote
/// or a line end.
char parse_delimiter(std::string_view text);

/// The document of --json.
format::Value to_json(const PredictReport& report);

}  // namespace mlo::score
