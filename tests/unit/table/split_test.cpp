#include "table/split.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>
#include <set>

#include "support/error_of.hpp"
#include "table/csv.hpp"

using namespace mlo;
using namespace mlo::table;

namespace {

Table sample(size_t rows) {
  std::string text = "x,y,part,person\n";
  for (size_t i = 0; i < rows; ++i) {
    text += std::to_string(i) + (i % 4 == 0 ? ",rare" : ",common");
    text += i % 5 == 0 ? ",validation" : ",train";
    text += ",p" + std::to_string(i / 10) + "\n";
  }
  CsvOptions options;
  options.types["person"] = Type::categorical;
  return read_csv(text, "t.csv", options);
}

void check_complete(const Split& split, size_t rows) {
  std::vector<uint32_t> all;
  for (auto* part : {&split.train, &split.validation, &split.test}) {
    CHECK(std::is_sorted(part->begin(), part->end()));
    all.insert(all.end(), part->begin(), part->end());
  }
  std::sort(all.begin(), all.end());
  std::vector<uint32_t> expected(rows);
  std::iota(expected.begin(), expected.end(), 0u);
  CHECK(all == expected);
}

}  // namespace

TEST_CASE("a random split depends on the seed alone") {
  Table table = sample(1000);
  SplitOptions options;
  options.train = 7;
  options.validation = 2;
  options.test = 1;
  options.seed = 42;
  Split split = split_rows(table, options);
  check_complete(split, 1000);
  CHECK(split.train.size() == 700);
  CHECK(split.validation.size() == 200);
  CHECK(split.validation == split_rows(table, options).validation);
  // Golden: the same on every machine, for ever.
  CHECK(std::vector(split.test.begin(), split.test.begin() + 5) ==
        std::vector<uint32_t>{16, 33, 39, 46, 52});
  options.seed = 43;
  CHECK(split.validation != split_rows(table, options).validation);
}

TEST_CASE("a stratified split keeps proportions") {
  Table table = sample(1000);
  SplitOptions options;
  options.by = SplitBy::stratified;
  options.column = "y";
  Split split = split_rows(table, options);
  check_complete(split, 1000);
  auto rare = [](const std::vector<uint32_t>& rows) {
    return std::count_if(rows.begin(), rows.end(), [](uint32_t row) { return row % 4 == 0; });
  };
  CHECK(split.validation.size() == 200);
  CHECK(rare(split.validation) == 50);
  CHECK(rare(split.train) == 200);
  options.column = "x";
  CHECK(test::message_of([&] { split_rows(table, options); }) ==
        "t.csv: column 'x' has 1000 distinct values in 1000 rows, too many for a stratified split");
  options.column = "yy";
  Error error = test::error_of([&] { split_rows(table, options); });
  CHECK(error.message() == "t.csv: no column 'yy'");
  CHECK(error.hint() == "did you mean 'y'?");
}

TEST_CASE("a column decides by name, or keeps groups together") {
  Table table = sample(1000);
  SplitOptions options;
  options.by = SplitBy::column;
  options.column = "part";
  Split split = split_rows(table, options);
  check_complete(split, 1000);
  CHECK(split.validation.size() == 200);
  CHECK(split.validation[1] == 5);
  options.column = "person";
  split = split_rows(table, options);
  check_complete(split, 1000);
  CHECK(split.validation.size() == 200);
  std::set<uint32_t> train, validation;
  for (uint32_t row : split.train) train.insert(row / 10);
  for (uint32_t row : split.validation) validation.insert(row / 10);
  for (uint32_t person : validation) CHECK(train.count(person) == 0);
}

TEST_CASE("names of parts hold in any case, without shares, and a misspelt one is found") {
  SplitOptions options;
  options.by = SplitBy::column;
  options.column = "part";
  Split split = split_rows(read_csv("x,part\n1,Train\n2,TEST\n3,train\n", "t.csv"), options);
  CHECK(split.train == std::vector<uint32_t>{0, 2});
  CHECK(split.validation.empty());
  CHECK(split.test == std::vector<uint32_t>{1});
  Error error = test::error_of([&] {
    split_rows(read_csv("x,part\n1,train\n2,test\n3,trian\n4,trian\n", "t.csv"), options);
  });
  CHECK(error.message() ==
        "t.csv:4: column 'part': 'trian' is not the name of a part, other rows have one");
  CHECK(error.hint() == "did you mean 'train'?");
  CHECK(test::message_of([&] {
          split_rows(read_csv("x,part\n1,test\n2,test\n", "t.csv"), options);
        }) == "t.csv: the split leaves no row for training (2 rows)");
}

TEST_CASE("a split that leaves a part empty is refused") {
  CHECK(test::message_of([] { split_rows(sample(3), {}); }) ==
        "t.csv: the split leaves no row for validation (3 rows)");
  SplitOptions all;
  all.validation = 0;
  CHECK(split_rows(sample(3), all).train.size() == 3);
}
