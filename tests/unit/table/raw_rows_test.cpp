#include "table/raw_rows.hpp"

#include <catch2/catch.hpp>
#include <limits>

#include "support/error_of.hpp"
#include "table/csv.hpp"

using namespace mlo;
using namespace mlo::table;

TEST_CASE("cells are small and say what they are") {
  CHECK(sizeof(Cell) == 16);
  CHECK(Cell().kind() == Cell::Kind::absent);
  CHECK(Cell::number(std::numeric_limits<double>::quiet_NaN()).kind() == Cell::Kind::missing);
  CHECK(cell_text(Cell::number(3)) == "3");
  CHECK(cell_text(Cell::boolean(true)) == "true");
  CHECK(cell_text(Cell::date(0)) == "1970-01-01");
  CHECK(cell_text(Cell::missing()).empty());
}

TEST_CASE("columns are found by name, with and without a hint") {
  RawRows rows;
  rows.column("a").push(Cell::number(1));
  rows.column("b").push(Cell::text("x"));
  CHECK(rows.columns() == 2);
  CHECK(rows.index_of("b", 1) == 1);
  CHECK(rows.index_of("b", 0) == 1);
  CHECK(rows.index_of("c") == SIZE_MAX);
  CHECK(rows.find("c") == nullptr);
  CHECK(rows.rows() == 1);
  rows.seal("request");
  rows.column("b").push(Cell::missing());
  CHECK(test::message_of([&] { rows.seal("request"); }) ==
        "request: column 'b' has 2 values, 'a' has 1");
  rows.reset();
  CHECK(rows.columns() == 0);
  rows.column("z");
  CHECK(rows.at(0).name() == "z");
  CHECK(rows.at(0).size() == 0);
}

TEST_CASE("kept text stays where it is until the reset") {
  RawRows rows;
  std::vector<std::string_view> views;
  for (int i = 0; i < 5000; ++i) views.push_back(rows.keep("text " + std::to_string(i)));
  std::string large(1 << 20, 'q');
  CHECK(rows.keep(large) == large);
  for (int i = 0; i < 5000; ++i) REQUIRE(views[i] == "text " + std::to_string(i));
  const char* first = views[0].data();
  rows.reset();
  CHECK(rows.keep("again").data() == first);
}

TEST_CASE("a table fills raw rows") {
  Table table = read_csv("n,s,b,d\n1.5,x,yes,2020-01-01\n,,no,\n2,y,,2020-01-02\n", "t.csv");
  RawRows rows;
  std::vector<uint32_t> wanted = {2, 0};
  table.fill(rows, wanted);
  REQUIRE(rows.rows() == 2);
  CHECK(rows.find("n")->operator[](0).as_number() == 2);
  CHECK(rows.find("s")->operator[](1).as_text() == "x");
  CHECK(rows.find("b")->operator[](0).kind() == Cell::Kind::missing);
  CHECK(cell_text(rows.find("d")->operator[](0)) == "2020-01-02");
  CHECK(rows.where(0) == "t.csv:4");
  table.fill(rows, 1, 2);
  CHECK(rows.where(0) == "t.csv:3");
  CHECK(rows.find("s")->operator[](0).kind() == Cell::Kind::missing);
}
