#include "table/row_reader.hpp"

#include <unistd.h>
#include <csignal>

#include <catch2/catch.hpp>
#include <thread>

#include "support/error_of.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using namespace mlo::table;

namespace {

/// All rows of a file with this content, as "a=1 b=x" lines; `most` per batch.
std::vector<std::string> rows_of(const std::string& name, std::string_view text, size_t most = 3) {
  test::TempDir dir;
  std::string path = dir.write(name, text);
  Descriptor fd = open_read(path);
  RowReader reader(fd.get(), name);
  RawRows rows;
  std::vector<std::string> all;
  while (reader.next(rows, most)) {
    REQUIRE(rows.rows() <= most);
    rows.seal(name);
    for (size_t row = 0; row < rows.rows(); ++row) {
      std::string line = rows.where(row) + ":";
      for (size_t i = 0; i < rows.columns(); ++i) {
        const Cell& cell = rows.at(i)[row];
        bool absent = cell.kind() == Cell::Kind::absent;
        line += " " + rows.at(i).name() + "=" + (absent ? "(absent)" : cell_text(cell));
      }
      all.push_back(line);
    }
  }
  return all;
}
std::string error_in(const std::string& name, std::string_view text, size_t most = 3) {
  Error error = test::error_of([&] { rows_of(name, text, most); });
  CHECK(error.code() == Exit::failure);
  return error.message();
}
using Lines = std::vector<std::string>;

}  // namespace

TEST_CASE("CSV rows stream in batches") {
  CHECK(rows_of("x.csv", "a,b\n1,x\n2,\"y\n\"\"z\"\n\n3,w") ==
        Lines{"x.csv:2: a=1 b=x", "x.csv:3: a=2 b=y\n\"z", "x.csv:6: a=3 b=w"});
  CHECK(rows_of("x.tsv",
                "\xEF\xBB\xBF"
                "a\tb\r\n1\t2\r\n") == Lines{"x.tsv:2: a=1 b=2"});
  CHECK(rows_of("x.csv", "a,b\n").empty());
  std::string large = "a,b\n";
  for (int i = 0; i < 100000; ++i) large += std::to_string(i) + ",\"v,\"\n";
  auto rows = rows_of("x.csv", large, 1000);
  REQUIRE(rows.size() == 100000);
  CHECK(rows.back() == "x.csv:100001: a=99999 b=v,");
}

TEST_CASE("JSONL rows stream in batches") {
  CHECK(rows_of("x.jsonl",
                "{\"a\":1,\"b\":\"x\\ny\"}\n\n{\"b\":null,\"a\":true}\n{\"a\":2.5,\"c\":[1,{\"d\":"
                "2}]}\n") == Lines{"x.jsonl:1: a=1 b=x\ny c=(absent)",
                                   "x.jsonl:3: a=true b= c=(absent)",
                                   "x.jsonl:4: a=2.5 b=(absent) c="});
  CHECK(rows_of("stdin", "  \n{\"a\":\"\xC3\xA9\"}\r\n{\"a\":\"\"}\n", 1) ==
        Lines{"stdin:2: a=\xC3\xA9", "stdin:3: a="});
  std::string large;
  for (int i = 0; i < 50000; ++i) large += "{\"a\": " + std::to_string(i) + ", \"b\": \"v\"}\n";
  auto rows = rows_of("x", large, 1000);
  REQUIRE(rows.size() == 50000);
  CHECK(rows.back() == "x:50000: a=49999 b=v");
}

TEST_CASE("errors in streams name the line and come after the rows before them") {
  CHECK(error_in("x.csv", "") == "x.csv: the input is empty");
  CHECK(error_in("x.csv", "\n \n") == "x.csv: the input is empty");
  CHECK(error_in("x.csv", "a,b\n1,2\n3\n") == "x.csv:3:2: the row has 1 field, the header has 2");
  CHECK(error_in("x.csv", "a,b\n1,2\n3,\"x\n") == "x.csv:3:3: a quoted field that never ends");
  CHECK(error_in("x.csv", "a,a\n1,2\n") ==
        "x.csv:1:3: column name 'a' is there twice (columns 1 and 2)");
  CHECK(error_in("x.jsonl", "{\"a\":1}\n{\"a\":1,\"a\":2}\n").starts_with("x.jsonl:2:"));
  CHECK(error_in("x.jsonl", "{\"a\":1}\n[1]\n").starts_with("x.jsonl:2:1: expected an object"));
  CHECK(error_in("x.jsonl", "{\"a\":1}\n{\"a\":\n").starts_with("x.jsonl:2:"));
  CHECK(error_in("x.jsonl", "{\"a\":\"\xFF\"}\n").starts_with("x.jsonl:1:"));
  test::TempDir dir;
  for (std::string text : {"a\n1\n2\n\"\n", "{\"a\":1}\n{\"a\":2}\n{\"b\":1,\"a\":}\n"}) {
    Descriptor fd = open_read(dir.write("x", text));
    RowReader reader(fd.get(), "x");
    RawRows rows;
    REQUIRE(reader.next(rows, 10));
    CHECK(rows.rows() == 2);
    rows.seal("x");
    CHECK(reader.rows() == 2);
    CHECK_THROWS_AS(reader.next(rows, 10), Error);
  }
}

TEST_CASE("a row of a pipe is given when it is complete, before more input comes") {
  for (std::string first : {"a,b\n1,2\n", "{\"a\":1,\"b\":2}\n"}) {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    Descriptor in(ends[0]), out(ends[1]);
    RowReader reader(in.get(), "-");
    RawRows rows;
    REQUIRE(::write(out.get(), first.data(), first.size()) == static_cast<ssize_t>(first.size()));
    REQUIRE(reader.next(rows, 100));
    CHECK(rows.rows() == 1);
    std::string second = first[0] == 'a' ? "3,4\n5," : "{\"a\":3,\"b\":4}\n{\"a\"";
    REQUIRE(::write(out.get(), second.data(), second.size()) > 0);
    REQUIRE(reader.next(rows, 100));
    CHECK(rows.rows() == 1);
    CHECK(cell_text(rows.find("b")->operator[](0)) == "4");
    std::string third = first[0] == 'a' ? "6" : ":5,\"b\":6}";
    REQUIRE(::write(out.get(), third.data(), third.size()) > 0);
    out.close();
    REQUIRE(reader.next(rows, 100));
    CHECK(cell_text(rows.find("b")->operator[](0)) == "6");
    CHECK_FALSE(reader.next(rows, 100));
    CHECK_FALSE(reader.next(rows, 100));
  }
}

TEST_CASE("a row without end is refused, not swallowed") {
  int ends[2];
  REQUIRE(::pipe(ends) == 0);
  Descriptor in(ends[0]);
  ::signal(SIGPIPE, SIG_IGN);
  std::thread writer([fd = ends[1]] {
    std::string block(1 << 20, 'x');
    block[0] = '"';
    while (::write(fd, block.data(), block.size()) > 0) block[0] = 'x';
    ::close(fd);
  });
  RowReader reader(in.get(), "-");
  RawRows rows;
  CHECK(test::message_of([&] { reader.next(rows, 1); }) == "-: a row above 64.0 MiB");
  in.close();
  writer.join();
}
