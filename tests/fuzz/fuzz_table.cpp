// CSV and JSONL. A file that read_csv takes is the same rows for the streaming reader.
#include <sys/mman.h>
#include <unistd.h>

#include "base/descriptor.hpp"
#include "fuzz/fuzz.hpp"
#include "table/csv.hpp"
#include "table/row_reader.hpp"

namespace {

using namespace mlo;

size_t stream(std::string_view text, table::RowFormat format) {
  Descriptor fd(::memfd_create("rows", MFD_CLOEXEC));
  fuzz::require(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()),
                "memfd takes the text");
  ::lseek(fd.get(), 0, SEEK_SET);
  table::RowReader reader(fd.get(), "input", {.format = format});
  table::RawRows rows;
  size_t count = 0;
  while (reader.next(rows, 3)) {
    for (size_t i = 0; i < rows.columns(); ++i) {
      for (size_t row = 0; row < rows.rows(); ++row) cell_text(rows.at(i)[row]);
    }
    count += rows.rows();
  }
  return count;
}

void csv(std::string_view text) {
  table::Table table = table::read_csv(text, "input.csv");
  fuzz::require(stream(text, table::RowFormat::csv) == table.rows(),
                "the streaming reader sees as many rows");
  std::vector<uint32_t> all(table.rows());
  for (uint32_t i = 0; i < all.size(); ++i) all[i] = i;
  table::RawRows rows;
  table.fill(rows, all);
  fuzz::require(rows.rows() == table.rows(), "a table gives its rows back");
}

void csv_stream(std::string_view text) { stream(text, table::RowFormat::csv); }
void jsonl(std::string_view text) { stream(text, table::RowFormat::jsonl); }

}  // namespace

int main(int argc, char** argv) {
  std::vector<std::string> csv_seeds = {
      "gender,age,day,ok\nfemale,52,1978-03-01,yes\nmale,,1978-03-02T10:00:00Z,no\n",
      "a,b\r\n1,\"x, \"\"y\"\"\nz\"\r\n2.5e-3,\r\n",
      "\xef\xbb\xbfn\n1\n2\nnan\n",
      "a;b\n1;2\n",
      "x,y\n1e308,1e999\n-0,+3\n",
      "a,b\n1,2"};
  std::vector<std::string> csv_words = {"\"\"", "\r\n",     "\n\n",    ",,",    "\"",
                                        "nan",  "inf",      "1e400",   "0x1p3", "2016-02-30",
                                        "true", "\xc3\xa9", "\xc0\x80"};
  std::vector<std::string> lines = {"{\"a\":1,\"b\":\"x\"}\n{\"a\":null,\"c\":true}\n",
                                    "{\"a\":1e5}\n\n{\"a\":\"\\u00e9\"}", "{\"a\":[1],\"b\":{}}\n"};
  std::vector<std::string> json_words = {"null", "\\ud800", "{",      "}", "[",
                                         ":",    ",",       "\"a\":", "\n"};
  return mlo::fuzz::run_targets({{"csv", csv_seeds, csv_words, csv},
                                 {"csv_stream", csv_seeds, csv_words, csv_stream},
                                 {"jsonl", lines, json_words, jsonl}},
                                argc, argv);
}
