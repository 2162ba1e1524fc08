#include "score/prediction_writer.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/text.hpp"
#include "format/json.hpp"
#include "table/value_text.hpp"

namespace mlo::score {
namespace {

using infer::Predictions;
using infer::Task;
using table::Cell;
using table::RawRows;

void append_csv_text(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  char buffer[32];
  out += table::category_text(value, buffer);
}

[[noreturn]] void refuse_nested(const RawRows& rows, size_t row, const std::string& column) {
  throw failure(rows.where(row) + ": column " + quoted(column) + ": a list or an object",
                "leave out --with-input");
}

void append_json_cell(const RawRows& rows, size_t row, const table::RawColumn& column,
                      std::string& out) {
  const Cell& cell = column[row];
  switch (cell.kind()) {
    case Cell::Kind::text:
      return format::append_json_string(out, cell.as_text());
    case Cell::Kind::number:
      out += cell_text(cell);
      return;
    case Cell::Kind::boolean:
      out += cell.as_boolean() ? "true" : "false";
      return;
    case Cell::Kind::date:
      return format::append_json_string(out, cell_text(cell));
    case Cell::Kind::nested:
      refuse_nested(rows, row, column.name());
    case Cell::Kind::absent:
    case Cell::Kind::missing:
      break;
  }
  out += "null";
}

std::vector<std::string> json_keys(const std::vector<std::string>& names, const char* behind) {
  std::vector<std::string> keys;
  for (const std::string& name : names) {
    format::append_json_string(keys.emplace_back(), name);
    keys.back() += behind;
  }
  return keys;
}

}  // namespace

PredictionWriter::PredictionWriter(const infer::Predictor& predictor, OutputFormat format,
                                   bool with_input)
    : predictor_(predictor),
      format_(format),
      with_input_(with_input),
      outputs_(predictor.column_names()),
      json_outputs_(json_keys(outputs_, ":")),
      json_labels_(json_keys(predictor.classes(), "")) {
  for (const std::string& label : predictor.classes()) {
    append_csv_text(csv_labels_.emplace_back(), label);
  }
}

void PredictionWriter::check_columns(const RawRows& rows) const {
  for (size_t i = 0; i < rows.columns(); ++i) {
    const std::string& name = rows.at(i).name();
    if (std::find(outputs_.begin(), outputs_.end(), name) != outputs_.end()) {
      throw failure("the input has a column " + quoted(name) + ", like the output",
                    "leave out --with-input, or rename the column");
    }
    if (format_ == OutputFormat::jsonl || !begun_) continue;
    if (std::find(inputs_.begin(), inputs_.end(), name) == inputs_.end()) {
      throw failure(rows.where(0) + ": column " + quoted(name) + " is not in the first rows",
                    "write JSONL: --format jsonl");
    }
  }
}

void PredictionWriter::begin(const RawRows& rows, std::string& out) {
  if (with_input_) {
    for (size_t i = 0; i < rows.columns(); ++i) inputs_.push_back(rows.at(i).name());
  }
  begun_ = true;
  if (format_ == OutputFormat::jsonl) return;
  const char* separator = "";
  for (const auto* names : {&inputs_, &outputs_}) {
    for (const std::string& name : *names) {
      out += separator;
      append_csv_text(out, name);
      separator = ",";
    }
  }
  out += '\n';
}

void PredictionWriter::append(const RawRows& rows, const Predictions& predictions,
                              std::string& out) {
  if (with_input_) check_columns(rows);
  if (!begun_) begin(rows, out);
  for (size_t row = 0; row < predictions.rows; ++row) {
    const size_t whole = out.size();
    try {
      if (format_ == OutputFormat::csv) {
        append_csv_row(rows, predictions, row, out);
      } else {
        append_jsonl_row(rows, predictions, row, out);
      }
    } catch (const Error&) {
      out.resize(whole);
      throw;
    }
  }
}

void PredictionWriter::append_csv_row(const RawRows& rows, const Predictions& predictions,
                                      size_t row, std::string& out) {
  for (size_t i = 0; i < inputs_.size(); ++i) {
    size_t index = rows.index_of(inputs_[i], i);
    if (index != SIZE_MAX) {
      const Cell& cell = rows.at(index)[row];
      if (cell.kind() == Cell::Kind::nested) refuse_nested(rows, row, inputs_[i]);
      if (cell.kind() == Cell::Kind::text) {
        append_csv_text(out, cell.as_text());
      } else {
        out += cell_text(cell);
      }
    }
    out += ',';
  }
  append_outputs_csv(predictions, row, out);
  out += '\n';
}

void PredictionWriter::append_outputs_csv(const Predictions& predictions, size_t row,
                                          std::string& out) const {
  if (predictor_.task() == Task::regression) return append_number(out, predictions.values[row]);
  size_t classes = csv_labels_.size();
  out += csv_labels_[predictions.labels[row]];
  for (size_t k = 0; k < classes; ++k) {
    out += ',';
    append_number(out, predictions.probabilities[row * classes + k]);
  }
}

void PredictionWriter::append_jsonl_row(const RawRows& rows, const Predictions& predictions,
                                        size_t row, std::string& out) {
  out += '{';
  for (size_t i = 0; with_input_ && i < rows.columns(); ++i) {
    if (rows.at(i)[row].kind() == Cell::Kind::absent) continue;
    format::append_json_string(out, rows.at(i).name());
    out += ':';
    append_json_cell(rows, row, rows.at(i), out);
    out += ',';
  }
  out += json_outputs_[0];
  if (predictor_.task() == Task::regression) {
    append_number(out, predictions.values[row]);
  } else {
    size_t classes = json_labels_.size();
    out += json_labels_[predictions.labels[row]];
    for (size_t k = 0; k < classes; ++k) {
      out += ',';
      out += json_outputs_[k + 1];
      append_number(out, predictions.probabilities[row * classes + k]);
    }
  }
  out += "}\n";
}

}  // namespace mlo::score
