#include "table/csv.hpp"

#include <catch2/catch.hpp>
#include <cmath>

#include "support/error_of.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using namespace mlo::table;
using test::error_of;

namespace {

Table read(std::string_view text, const CsvOptions& options = {}) {
  return read_csv(text, "d.csv", options);
}
std::string error_in(std::string_view text, const CsvOptions& options = {}) {
  Error error = error_of([&] { read(text, options); });
  CHECK(error.code() == Exit::failure);
  return error.message();
}
std::vector<std::string> texts(const Column& column) {
  std::vector<std::string> all;
  for (size_t row = 0; row < column.size(); ++row) all.push_back(cell_text(column.cell(row)));
  return all;
}
using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("a table of all types") {
  Table table = read(
      "age,gender,native,born,note\n23,male,yes,1990-05-01,a\n,female,no,,b\n41.5,male,,2001-01-31,"
      "\n");
  REQUIRE(table.rows() == 3);
  CHECK(table.column("age").type == Type::numeric);
  CHECK(table.column("gender").type == Type::categorical);
  CHECK(table.column("native").type == Type::boolean);
  CHECK(table.column("born").type == Type::date);
  CHECK(table.column("age").values[2] == 41.5);
  CHECK(std::isnan(table.column("age").values[1]));
  CHECK(table.column("age").missing == 1);
  CHECK(table.column("gender").dictionary == Texts{"male", "female"});
  CHECK(table.column("gender").codes == std::vector<int32_t>{0, 1, 0});
  CHECK(table.column("native").values[0] == 1);
  CHECK(texts(table.column("born")) == Texts{"1990-05-01", "", "2001-01-31"});
  CHECK(table.column("native").text(0) == "yes");
  CHECK(table.column("native").text(2).empty());
  CHECK(table.column("age").text(2) == "41.5");
  CHECK(table.column("note").missing == 1);
  CHECK(table.line(2) == 4);
}

TEST_CASE("quotes, newlines in fields, CRLF, a BOM, blank lines and no final newline") {
  Table table =
      read("\xEF\xBB\xBF\"na,me\",b\r\n\"say \"\"hi\"\"\",1\r\n\r\n\"two\r\nlines\",2\r\n\"\",3");
  REQUIRE(table.rows() == 3);
  CHECK(texts(table.column("na,me")) == Texts{"say \"hi\"", "two\r\nlines", ""});
  CHECK(texts(table.column("b")) == Texts{"1", "2", "3"});
  CHECK(table.line(1) == 4);
  CHECK(table.line(2) == 6);
}

TEST_CASE("the delimiter comes from the name or the options") {
  CHECK(read_csv("a\tb\n1\t2\n", "x.tsv").columns().size() == 2);
  CsvOptions options;
  options.delimiter = ';';
  CHECK(read("a;b\n1,5;2\n3;4\n5;6\n",
             [] {
               CsvOptions o;
               o.delimiter = ';';
               o.types["a"] = Type::categorical;
               return o;
             }())
            .column("a")
            .dictionary[0] == "1,5");
}

TEST_CASE("a column that begins as numbers and is none keeps its first rows") {
  std::string text = "a,b\n";
  for (int i = 0; i < 40; ++i) text += "1.50,x\n,y\n";
  for (int i = 0; i < 90; ++i) text += "unknown,z\n";
  Table table = read(text);
  const Column& a = table.column("a");
  REQUIRE(a.type == Type::categorical);
  CHECK(a.missing == 40);
  CHECK(cell_text(a.cell(0)) == "1.50");
  CHECK(cell_text(a.cell(169)) == "unknown");
}

TEST_CASE("types can be declared, columns ignored") {
  CsvOptions options;
  options.types = {{"zip", Type::categorical}, {"flag", Type::boolean}};
  options.ignore = {"free"};
  Table table = read("zip,flag,free\n007,1,x\n12,0,y\n", options);
  CHECK(table.column("zip").dictionary == Texts{"007", "12"});
  CHECK(table.column("flag").type == Type::boolean);
  CHECK(table.find("free") == nullptr);
  options.ignore.clear();
  options.only_typed = true;
  CHECK(read("zip,flag,free\n007,1,x\n", options).columns().size() == 2);
  CHECK(error_in("zip,flags,free\n1,1,x\n", options) == "d.csv:1: no column 'flag'");
}

TEST_CASE("free text is told from categories") {
  std::string ids = "id\n", few = "c\n", prose = "p\n";
  for (int i = 0; i < 200; ++i) {
    ids += "user-" + std::to_string(i) + "\n";
    few += "level " + std::to_string(i % 60) + "\n";
    prose += "a sentence of many words that somebody typed, no " + std::to_string(i % 30) + "\n";
  }
  CHECK(read(ids).columns()[0].type == Type::text);
  CHECK(read(few).columns()[0].type == Type::categorical);
  prose.replace(0, 1, "\"p\"");
  CsvOptions tabs;
  tabs.delimiter = '\t';
  CHECK(read(prose, tabs).columns()[0].type == Type::text);
}

TEST_CASE("numbers at the edges") {
  Table table = read("x\n1e308\n-1.7976931348623157e308\n5e-324\n");
  CHECK(table.column("x").values[0] == 1e308);
  CHECK(table.column("x").missing == 0);
  CHECK(error_in("x,y\n1,2\n3,inf\n") == "d.csv:3:3: column 'y': an infinite number");
  CHECK(error_in("x,y\n1e999,2\n") == "d.csv:2:1: column 'x': an infinite number");
}

TEST_CASE("bad files name file, line and column") {
  CHECK(error_in("") == "d.csv: the file is empty");
  CHECK(error_in("\xEF\xBB\xBF") == "d.csv: the file is empty");
  CHECK(error_in("\n\n") == "d.csv: the file has only blank lines");
  CHECK(error_in("a,b\n") == "d.csv: no rows, only a header");
  CHECK(error_in("a,b") == "d.csv: no rows, only a header");
  CHECK(error_in("a,b\n1,2\n3\n") == "d.csv:3:2: the row has 1 field, the header has 2");
  CHECK(error_in("a,b\n1,2,3\n") == "d.csv:2:5: the row has 3 fields, the header has 2");
  CHECK(error_in("a,b,a\n1,2,3\n") ==
        "d.csv:1:5: column name 'a' is there twice (columns 1 and 3)");
  CHECK(error_in("a,,c\n1,2,3\n") == "d.csv:1:3: column 2 of the header has no name");
  CHECK(error_in("a,b,\n1,2,3\n") == "d.csv:1:5: column 3 of the header has no name");
  CHECK(error_in(std::string_view("a,b\n1,\0x\n", 9)) == "d.csv:2:3: binary data (a NUL byte)");
  CHECK(error_in("a,b\n1,caf\xE9\n") == "d.csv:2:6: invalid UTF-8");
  CHECK(error_in("\xFF\xFE"
                 "a") == "d.csv:1:1: UTF-16 text");
  CHECK(error_in("a\rb\r1\r2\r") ==
        "d.csv:1:1: a carriage return without a line feed in the header");
}

TEST_CASE("bad quotes name the place") {
  CHECK(error_in("a,b\n1,\"x\n2,y\n") == "d.csv:2:3: a quoted field that never ends");
  CHECK(error_in("a,b\n1,\"x\"\"y\n") == "d.csv:2:3: a quoted field that never ends");
  CHECK(error_in("a,b\n1,5\" pipe\n2,6\" pipe\n") == "d.csv:2:3: a quote inside an unquoted field");
  CHECK(error_in("a,b\n1,5\" pipe\n") == "d.csv:2:4: a quote inside an unquoted field");
  CHECK(error_in("a,b\n1,\"x\" y\n") == "d.csv:2:3: text behind the closing quote");
  CHECK(error_in("a,b\n\"q\nr\",\"x\"y\"\"\n") ==
        "d.csv:3:4: a quote inside a quoted field that is not doubled");
}

TEST_CASE("mixed types are an error at the first cell that does not fit") {
  CHECK(error_in("id,age\n1,23\n2,old\n3,41\n") ==
        "d.csv:3:3: column 'age': 'old' is not a number, but most of its values are");
  CHECK(error_in("d\n2020-01-01\n2020-02-30\n2020-03-01\n") ==
        "d.csv:3:1: column 'd': '2020-02-30' is not a date, but most of its values are");
  CsvOptions options;
  options.types["age"] = Type::numeric;
  CHECK(error_in("age\nx\ny\n", options) == "d.csv:2:1: column 'age': 'x' is not a number");
  options.types["age"] = Type::boolean;
  CHECK(error_in("age\n1\n2\n", options) == "d.csv:3:1: column 'age': '2' is not a boolean");
  options.types["age"] = Type::categorical;
  CHECK(read("age\n1\n2\nK\n", options).column("age").dictionary.size() == 3);
  CHECK(read("floor\n1\nK\nB\n").column("floor").type == Type::categorical);
}

TEST_CASE("files larger than a window") {
  std::string text = "n,s\n";
  for (int i = 0; i < 60000; ++i) {
    text += std::to_string(i) + (i % 7 == 0 ? ",\"a\n,b\"\n" : ",plain\r\n");
  }
  Table table = read(text);
  REQUIRE(table.rows() == 60000);
  CHECK(table.column("n").values[59999] == 59999);
  CHECK(cell_text(table.column("s").cell(7)) == "a\n,b");
  CHECK(table.line(8) == 12);
  std::string wide = "a,b\n\"" + std::string(1 << 20, 'x') + "\",1\ny,2\n";
  CHECK(read(wide).rows() == 2);
  CHECK(error_in(text + "1,2,3\n") == "d.csv:68574:5: the row has 3 fields, the header has 2");
}

TEST_CASE("a file that is not there or cannot be read") {
  test::TempDir dir;
  CHECK(error_of([&] { read_csv_file(dir / "none.csv"); }).message() ==
        "cannot open '" + (dir / "none.csv") + "': No such file or directory");
  CHECK_THROWS_AS(read_csv_file(dir.path()), Error);
  dir.write("t.tsv", "a\tb\n1\t2\n");
  CHECK(read_csv_file(dir / "t.tsv").columns().size() == 2);
}
