#include "train/reference_profile.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "table/csv.hpp"

using namespace mlo;

TEST_CASE("a table becomes a profile of the given rows and columns") {
  std::string csv = "age,city,member,day,grade,unused\n";
  for (int i = 0; i < 60; ++i)
    csv += (i == 3 ? "" : std::to_string(20.5 + i)) + "," + (i % 2 ? "Ulm" : "Bonn") + "," +
           (i == 4  ? ""
            : i % 3 ? "yes"
                    : "no") +
           ",2020-01-" + std::to_string(10 + i % 20) + "," + std::to_string(i % 5) + ",1\n";
  table::Table table = table::read_csv(csv, "t.csv");
  std::vector<uint32_t> rows;
  for (uint32_t row = 0; row < 50; ++row) rows.push_back(row);
  std::vector<std::string> names = {"grade", "age", "city", "member", "day"};
  drift::Profile profile = train::profile_table(table, rows, names);

  REQUIRE(profile.columns.size() == 5);
  CHECK(profile.columns[0].name == "grade");
  CHECK(profile.columns[0].type == drift::ColumnType::categorical);  // ten integers at most
  CHECK(profile.columns[0].numbers().counts == std::vector<uint64_t>(5, 10));
  CHECK(profile.columns[1].type == drift::ColumnType::numeric);
  CHECK(profile.columns[1].rows == 50);
  CHECK(profile.columns[1].missing == 1);
  CHECK(profile.columns[2].labels() == drift::Labels{{"Bonn", "Ulm"}, {25, 25}});
  CHECK(profile.columns[3].labels() == drift::Labels{{"false", "true"}, {17, 32}});
  CHECK(profile.columns[3].missing == 1);
  CHECK(profile.columns[4].type == drift::ColumnType::date);

  names.push_back("nowhere");
  CHECK_THROWS_AS(train::profile_table(table, rows, names), Error);
}
