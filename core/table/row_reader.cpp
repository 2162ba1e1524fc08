#include "table/row_reader.hpp"

#include <cstring>
#include <optional>

#include "base/error.hpp"
#include "table/byte_stream.hpp"
#include "table/csv_rows.hpp"
#include "table/jsonl_rows.hpp"

namespace mlo::table {

struct RowReader::Impl {
  Impl(int fd, std::string name, const RowOptions& given)
      : stream(fd, std::move(name), given.cancelled), options(given) {}

  void start();
  size_t fill(RawRows& out, size_t most);
  size_t fill_csv(RawRows& out, size_t most);
  size_t fill_jsonl(RawRows& out, size_t most);
  bool next_csv_row();
  void read_header();
  void push_csv_row(RawRows& out, size_t row);

  ByteStream stream;
  RowOptions options;
  RowFormat format = RowFormat::automatic;
  std::optional<CsvRows> csv;
  size_t window = 0;  // bytes of the rows that `csv` is stepping through
  std::vector<std::string> columns;
  std::vector<std::string_view> fields;
  uint64_t rows = 0;
  uint64_t line = 0;    // JSONL
  size_t searched = 0;  // JSONL: bytes of an unfinished line that hold no line end
  std::optional<Error> pending;
};

// Decides the format and reads a CSV's header.
void RowReader::Impl::start() {
  const std::string& name = stream.name();
  while (stream.unread().size() < 4 && stream.read_more()) {
  }
  stream.consume(skip_byte_order_mark(stream.unread(), name));
  for (;;) {
    size_t blank = std::min(stream.unread().find_first_not_of(" \t\r\n"), stream.unread().size());
    if (blank < stream.unread().size()) break;
    if (!stream.read_more()) throw failure(name + ": the input is empty");
  }
  format = options.format;
  if (format == RowFormat::automatic) {
    bool named = name.ends_with(".jsonl") || name.ends_with(".ndjson");
    char first = stream.unread()[stream.unread().find_first_not_of(" \t\r\n")];
    format = named || first == '{' ? RowFormat::jsonl : RowFormat::csv;
  }
  if (format == RowFormat::csv) read_header();
}

void RowReader::Impl::read_header() {
  csv.emplace(stream.name(),
              options.delimiter != 0 ? options.delimiter : delimiter_of(stream.name()));
  if (!next_csv_row()) throw failure(stream.name() + ": the input is empty");
  columns = csv->header();
  csv->set_width(columns.size());
}

bool RowReader::Impl::next_csv_row() {
  for (;;) {
    if (csv->next()) return true;
    stream.consume(window);
    window = csv->open(stream.unread(), stream.at_end());
    if (window > 0) continue;
    if (!stream.read_more()) {
      if (stream.unread().empty()) return false;
    }
  }
}

void RowReader::Impl::push_csv_row(RawRows& out, size_t row) {
  fields.clear();
  for (size_t i = 0; i < columns.size(); ++i) fields.push_back(csv->field(i, out));
  for (size_t i = 0; i < columns.size(); ++i) out.at(i).push(Cell::text(fields[i]));
  out.set_line(row, csv->line());
}

size_t RowReader::Impl::fill_csv(RawRows& out, size_t most) {
  if (out.columns() != columns.size()) {
    out.reset();
    for (const std::string& name : columns) out.column(name);
  }
  // The first row may wait for input; after it only what the window holds.
  if (!next_csv_row()) return 0;
  push_csv_row(out, 0);
  size_t row = 1;
  try {
    for (; row < most && csv->next(); ++row) push_csv_row(out, row);
  } catch (const Error& error) {
    pending = error;
  }
  return row;
}

size_t RowReader::Impl::fill_jsonl(RawRows& out, size_t most) {
  size_t row = 0;
  stream.consume(window);  // the lines of the batch before
  window = 0;
  while (row < most) {
    std::string_view rest = stream.unread().substr(window);
    size_t end = rest.find('\n', searched);
    searched = end == std::string_view::npos ? rest.size() : 0;
    if (end == std::string_view::npos) {
      if (row > 0) break;
      stream.consume(window);
      window = 0;
      if (stream.read_more()) continue;
      if (stream.unread().empty()) return 0;
      rest = stream.unread();
      end = rest.size();
      searched = 0;
    }
    ++line;
    std::string_view text = rest.substr(0, end);
    size_t offset = window;
    window += std::min(end + 1, rest.size());
    if (text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
    try {
      append_jsonl_row(out, row, text, stream.readable() - offset, stream.name(), line);
    } catch (const Error& error) {
      if (row == 0) throw;
      pending = error;
      for (size_t i = 0; i < out.columns(); ++i) out.at(i).resize(row);
      break;
    }
    out.set_line(row++, line);
  }
  return row;
}

size_t RowReader::Impl::fill(RawRows& out, size_t most) {
  out.set_source(stream.name());
  return format == RowFormat::csv ? fill_csv(out, most) : fill_jsonl(out, most);
}

RowReader::RowReader(int fd, std::string name, RowOptions options)
    : impl_(std::make_unique<Impl>(fd, std::move(name), options)) {}
RowReader::~RowReader() = default;
RowReader::RowReader(RowReader&&) noexcept = default;

bool RowReader::next(RawRows& out, size_t most) {
  if (impl_->pending) throw *impl_->pending;
  if (impl_->format == RowFormat::automatic) impl_->start();
  if (impl_->format == RowFormat::csv) {
    out.clear_cells();
  } else {
    out.reset();
  }
  size_t rows = impl_->fill(out, most);
  impl_->rows += rows;
  return rows > 0;
}

uint64_t RowReader::rows() const { return impl_->rows; }
const std::vector<std::string>& RowReader::columns() const { return impl_->columns; }
RowFormat RowReader::format() const { return impl_->format; }

}  // namespace mlo::table
