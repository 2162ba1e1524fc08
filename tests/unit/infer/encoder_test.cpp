#include "infer/encoder.hpp"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "format/fast_json.hpp"
#include "format/json.hpp"
#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "table/csv.hpp"
#include "table/json_cell.hpp"
#include "table/row_reader.hpp"

using namespace mlo;
using namespace mlo::infer;
using table::Cell;
using table::RawRows;

namespace {

const char* kText =
    "age,gender,native,born,zip,grade,y\n"
    "20,male,yes,2000-01-01,007,3,1\n"
    ",female,no,2000-01-03,12,3.0,0\n"
    "40,,yes,,12,10,1\n"
    "60,male,yes,2000-01-05,,,0\n";

table::Table training() {
  table::CsvOptions options;
  options.types["zip"] = table::Type::categorical;
  options.types["grade"] = table::Type::categorical;
  return table::read_csv(kText, "train.csv", options);
}

std::vector<uint32_t> all_rows(const table::Table& table) {
  std::vector<uint32_t> rows(table.rows());
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

Encoder fitted() {
  table::Table table = training();
  return Encoder::fit(table, all_rows(table), "y");
}

/// The rows of a file's content as the streaming reader gives them.
Encoded encode_stream(const Encoder& encoder, const std::string& name, std::string_view text) {
  test::TempDir dir;
  Descriptor fd = open_read(dir.write(name, text));
  table::RowReader reader(fd.get(), name);
  RawRows rows;
  Encoded all;
  while (reader.next(rows, 2)) {
    Encoded part = encoder.encode(rows);
    all.rows += part.rows;
    all.numeric.insert(all.numeric.end(), part.numeric.begin(), part.numeric.end());
    all.category.insert(all.category.end(), part.category.begin(), part.category.end());
  }
  return all;
}

/// The columns of a request: {"age": [..], ...}.
Encoded encode_request(const Encoder& encoder, std::string_view body) {
  RawRows rows;
  format::read_json(body, body.size(), "request", [&](format::JsonNode root) {
    root.members([&](std::string_view name, format::JsonNode values) {
      table::RawColumn& column = rows.column(name);
      values.leaves([&](const format::JsonScalar& leaf) {
        Cell cell = table::json_cell(leaf);
        bool text = cell.kind() == Cell::Kind::text;
        column.push(text ? Cell::text(rows.keep(cell.as_text())) : cell);
      });
    });
  });
  rows.seal("request");
  return encoder.encode(rows);
}

RawRows one_row(std::initializer_list<std::pair<const char*, Cell>> cells) {
  RawRows rows;
  for (auto& [name, cell] : cells) rows.column(name).push(cell);
  return rows;
}

}  // namespace

TEST_CASE("fit learns means, flags and vocabularies from the training rows") {
  Encoder encoder = fitted();
  REQUIRE(encoder.columns().size() == 6);
  // age, age missing, native, born, born missing
  REQUIRE(encoder.numeric_count() == 5);
  CHECK(encoder.mean() == std::vector<double>{40, 0, 0.75, 10959, 0});
  CHECK(encoder.std()[0] == Approx(std::sqrt(800.0 / 3)).epsilon(1e-14));
  CHECK(encoder.std()[1] == 1);
  CHECK(encoder.std()[2] == Approx(std::sqrt(0.1875)).epsilon(1e-14));
  // gender: female, male; zip: 007, 12; grade by number: 10, 3
  CHECK(encoder.cardinalities() == std::vector<int64_t>{4, 4, 4});
  CHECK(encoder.columns()[4].vocabulary.values() == std::vector<std::string>{"007", "12"});
  CHECK_FALSE(encoder.columns()[4].vocabulary.numbers());
  CHECK(encoder.columns()[5].vocabulary.values() == std::vector<std::string>{"10", "3"});
  CHECK(encoder.columns()[5].vocabulary.numbers());
}

TEST_CASE("fit sees only the rows it is given") {
  table::Table table = training();
  Encoder encoder = Encoder::fit(table, std::vector<uint32_t>{0, 3}, "y");
  CHECK(encoder.columns()[0].missing_flag == false);
  CHECK(encoder.mean()[0] == 40);
  CHECK(encoder.columns()[1].vocabulary.values() == std::vector<std::string>{"male"});
}

TEST_CASE("training table, CSV stream, JSONL stream and request encode to the same bytes") {
  table::Table table = training();
  Encoder encoder = fitted();
  RawRows rows;
  table.fill(rows, all_rows(table));
  Encoded expected = encoder.encode(rows);
  CHECK(expected.numeric == std::vector<double>{20, 0, 1, 10957, 0,  //
                                                40, 1, 0, 10959, 0,  //
                                                40, 0, 1, 10959, 1,  //
                                                60, 0, 1, 10961, 0});
  CHECK(expected.category == std::vector<int64_t>{3, 2, 3, 2, 3, 3, 0, 3, 2, 3, 0, 0});
  Encoded csv = encode_stream(encoder, "x.csv", kText);
  CHECK(csv.numeric == expected.numeric);
  CHECK(csv.category == expected.category);
  Encoded jsonl = encode_stream(
      encoder, "x.jsonl",
      R"({"zip":"007","age":20,"gender":"male","native":true,"born":"2000-01-01","grade":3,"more":[1]}
{"age":null,"gender":"female","native":"no","born":"2000-01-03T00:00:00Z","zip":12,"grade":"3.0"}
{"age":"40","gender":"NA","native":1,"born":null,"zip":"12","grade":1e1}
{"age":60.0,"gender":"male","native":"Y","born":"2000/01/05","zip":"","grade":null}
)");
  CHECK(jsonl.numeric == expected.numeric);
  CHECK(jsonl.category == expected.category);
  Encoded request =
      encode_request(encoder, R"({"age":[20,null,"40",60],"gender":["male","female",null,"male"],
                   "native":[true,false,true,true],"grade":[3,3.0,"10",null],
                   "born":["2000-01-01","2000-01-03","","2000-01-05"],"zip":["007",12,12,"nan"]})");
  CHECK(request.numeric == expected.numeric);
  CHECK(request.category == expected.category);
}

TEST_CASE("missing values without a flag are replaced, unseen categories have their code") {
  table::Table table = table::read_csv("a,c,y\n1,x,0\n3,y,1\n", "t.csv");
  Encoder encoder = Encoder::fit(table, all_rows(table), "y");
  REQUIRE(encoder.numeric_count() == 1);
  Encoded out = encoder.encode(one_row({{"a", Cell::missing()}, {"c", Cell::text("z")}}));
  CHECK(out.numeric[0] == 2);
  CHECK(out.category[0] == Vocabulary::kUnseen);
  out = encoder.encode(one_row({{"c", Cell::missing()}, {"a", Cell::text("1e30")}}));
  CHECK(out.numeric[0] == 1e30);
  CHECK(out.category[0] == Vocabulary::kMissing);
}

TEST_CASE("a value that the model's float32 cannot hold is refused") {
  InputColumn wide;
  wide.name = "a";
  wide.std = 1e300;
  const Encoder scaled({wide});
  CHECK(scaled.encode(one_row({{"a", Cell::number(1e308)}})).numeric[0] == 1e308);
  const Encoder raw({wide}, Scaling::none);
  CHECK(raw.encode(one_row({{"a", Cell::number(-3e38)}})).numeric[0] == -3e38);
  CHECK(test::message_of([&] {
          raw.encode(one_row({{"a", Cell::text("1e39")}}));
        }) == "row 1: column 'a': 1e+39 is too large");
  wide.std = 1;
  CHECK(test::message_of([&] {
          Encoder({wide}).encode(one_row({{"a", Cell::number(-1e308)}}));
        }) == "row 1: column 'a': -1e+308 is too large");
  const Encoder again = Encoder::from_json(raw.to_json(), "encoder.json");
  CHECK(again.to_json() == raw.to_json());
  CHECK(again.description().find("mean") == nullptr);
  CHECK_THROWS_WITH(again.encode(one_row({{"a", Cell::number(1e39)}})),
                    Catch::Contains("too large"));
}

TEST_CASE("an integer beyond 2^53 is the category that its digits name") {
  table::CsvOptions options;
  options.types["id"] = table::Type::categorical;
  table::Table table = table::read_csv("id,y\n1234567890123456789,0\nx,1\n", "t.csv", options);
  Encoder encoder = Encoder::fit(table, all_rows(table), "y");
  const Cell cell = Cell::integer(1234567890123456789);
  CHECK(encoder.encode(one_row({{"id", cell}})).category[0] == Vocabulary::kFirst);
  CHECK(cell.as_number() == 1234567890123456789.0);
}

TEST_CASE("values that do not fit name row and column") {
  Encoder encoder = fitted();
  auto message = [&](const char* name, Cell cell) {
    RawRows rows = one_row({{"age", Cell::number(1)},
                            {"gender", Cell::text("male")},
                            {"native", Cell::boolean(true)},
                            {"born", Cell::missing()},
                            {"zip", Cell::text("12")},
                            {"grade", Cell::number(3)}});
    for (size_t i = 0; i < rows.columns(); ++i) rows.at(i).push(rows.at(i)[0]);
    RawRows changed;
    for (size_t i = 0; i < rows.columns(); ++i) {
      changed.column(rows.at(i).name()).push(rows.at(i)[0]);
      changed.column(rows.at(i).name()).push(rows.at(i).name() == name ? cell : rows.at(i)[0]);
    }
    return test::message_of([&] { encoder.encode(changed); });
  };
  CHECK(message("age", Cell::text("old")) == "row 2: column 'age': 'old' is not a number");
  CHECK(message("age", Cell::boolean(true)) == "row 2: column 'age': 'true' is not a number");
  CHECK(message("age", Cell::text("inf")) == "row 2: column 'age': an infinite number");
  CHECK(message("native", Cell::number(2)) == "row 2: column 'native': '2' is not a boolean");
  CHECK(message("born", Cell::number(5)) == "row 2: column 'born': '5' is not a date");
  CHECK(message("born", Cell::text("2000-02-30")) ==
        "row 2: column 'born': '2000-02-30' is not a date");
  CHECK(message("gender", Cell::nested()) == "row 2: column 'gender': a list or an object");
  CHECK(message("age", Cell::nested()) == "row 2: column 'age': a list or an object");
  CHECK(message("gender", Cell::absent()) == "row 2: no column 'gender'");
  CHECK(test::message_of([&] {
          encode_stream(encoder, "x.csv", "age,gender,native,born,zip,grade\n1,a,x,,1,1\n");
        }) == "x.csv:2: column 'native': 'x' is not a boolean");
}

TEST_CASE("a missing column is named with its nearest, extra ones are ignored") {
  Encoder encoder = fitted();
  Error error = test::error_of([&] {
    encode_stream(encoder, "x.csv", "agee,gender,native,born,zip,grade\n1,a,yes,,1,1\n");
  });
  CHECK(error.message() == "x.csv: no column 'age'");
  CHECK(error.hint() == "did you mean 'agee'?");
  CHECK(encode_stream(encoder, "x.csv", "more,age,gender,native,born,zip,grade\nq,1,a,yes,,1,1\n")
            .rows == 1);
  RawRows ragged = one_row({{"age", Cell::number(1)},
                            {"gender", Cell::text("male")},
                            {"native", Cell::boolean(true)},
                            {"born", Cell::missing()},
                            {"zip", Cell::text("12")},
                            {"grade", Cell::number(3)}});
  ragged.column("zip").push(Cell::missing());
  CHECK_THROWS_WITH(encoder.encode(ragged), Catch::Contains("'zip' has 2 values, 'age' has 1"));
}

TEST_CASE("fit refuses what cannot be encoded") {
  auto message = [](const std::string& text) {
    table::Table table = table::read_csv(text, "t.csv");
    return test::message_of([&] { Encoder::fit(table, all_rows(table), "y"); });
  };
  CHECK(message("a,y\n,1\n,0\n") == "t.csv: column 'a' has no value in any row");
  CHECK(message("y\n1\n0\n") == "t.csv: no column besides the target");
  std::string ids = "id,y\n";
  for (int i = 0; i < 100; ++i) ids += "user" + std::to_string(i) + ",1\n";
  CHECK(message(ids) ==
        "t.csv: column 'id' looks like free text (100 distinct values in 100 rows)");
}

TEST_CASE("moments hold at the ends of the range") {
  auto std_of = [](const std::string& values) {
    table::Table table = table::read_csv("a,y\n" + values, "t.csv");
    Encoder encoder = Encoder::fit(table, all_rows(table), "y");
    return std::pair(encoder.mean()[0], encoder.std()[0]);
  };
  CHECK(std_of("1e308,1\n-1e308,0\n") == std::pair(0.0, 1e308));
  CHECK(std_of("1.7e308,1\n1.5e308,0\n").first == Approx(1.6e308).epsilon(1e-14));
  CHECK(std_of("1.7e308,1\n1.5e308,0\n").second == Approx(1e307).epsilon(1e-12));
  CHECK(std_of("3e-300,1\n1e-300,0\n").second == Approx(1e-300).epsilon(1e-14));
  CHECK(std_of("0.1,1\n0.1,0\n0.1,1\n").second == 1);
  CHECK(std_of("0,1\n0,0\n") == std::pair(0.0, 1.0));
}

TEST_CASE("encoder.json is canonical and reads back to itself") {
  Encoder encoder = fitted();
  std::string text = encoder.to_json();
  CHECK(text == read_file(MLO_TEST_DATA "/encoder.json"));
  Encoder again = Encoder::from_json(text, "encoder.json");
  CHECK(again.to_json() == text);
  CHECK(again.mean() == encoder.mean());
  CHECK(again.cardinalities() == encoder.cardinalities());
  CHECK(
      format::canonical_json(encoder.description()) ==
      R"({"cardinalities":[4,4,4],"mean":[40,0,0.75,10959,0],"numeric":5,"std":[16.32993161855452,1,0.4330127018922193,1.632993161855452,1]})");
}

TEST_CASE("encoder.json is read strictly") {
  auto message = [](const std::string& text) {
    Error error = test::error_of([&] { Encoder::from_json(text, "encoder.json"); });
    CHECK(error.code() == Exit::failure);
    CHECK(error.message().starts_with("encoder.json:"));
    return error.message();
  };
  std::string good = R"({"name":"a","type":"numeric","mean":0,"std":1,"missing_flag":false})";
  auto with = [](const std::string& columns) {
    return R"({"mlo_encoder":1,"columns":[)" + columns + "]}";
  };
  REQUIRE(Encoder::from_json(with(good), "encoder.json").numeric_count() == 1);
  message("");
  message("{}");
  message("[]");
  message(R"({"mlo_encoder":2,"columns":[)" + good + "]}");
  message(R"({"mlo_encoder":1,"columns":[)" + good + R"(],"more":1})");
  message(with(""));
  message(with("1"));
  CHECK_THAT(message(with(good + "," + good)), Catch::Contains("'a' is there twice"));
  message(with(R"({"name":"a","type":"text"})"));
  message(with(R"({"name":"a","type":"numeric","mean":0,"std":0,"missing_flag":false})"));
  message(with(R"({"name":"a","type":"numeric","mean":"NaN","std":1,"missing_flag":false})"));
  message(with(R"({"name":"a","type":"numeric","mean":0,"std":1})"));
  message(
      with(R"({"name":"a","type":"numeric","mean":0,"std":1,"missing_flag":false,"values":[]})"));
  message(with(R"({"name":"a","type":"categorical","values":"x"})"));
  message(with(R"({"name":"a","type":"categorical","values":[1]})"));
  message(with(R"({"name":"a","type":"categorical","values":["NA"]})"));
  CHECK_THAT(message(with(R"({"name":"a","type":"categorical","values":["b","a"]})")),
             Catch::Contains("not distinct and sorted"));
  message(with(R"({"name":"a","type":"categorical","values":["a","a"]})"));
}

TEST_CASE("classes are ordered by number or by bytes") {
  using Texts = std::vector<std::string>;
  CHECK(classes_of({"10", "2", "2.0"}) == Texts{"2", "10"});
  CHECK(classes_of({"yes", "no"}) == Texts{"no", "yes"});
  CHECK(classes_of({"b", "10", "9"}) == Texts{"10", "9", "b"});
  CHECK(classes_of({"-1", "1"}) == Texts{"-1", "1"});
}

TEST_CASE("vocabularies compare booleans in any spelling") {
  Vocabulary python({"True", "False"}), words({"yes", "no"});
  CHECK(python.code(Cell::boolean(false)) == 2);
  CHECK(python.code(Cell::boolean(true)) == 3);
  CHECK(words.code(Cell::boolean(true)) == Vocabulary::kUnseen);
  CHECK(words.code(Cell::number(1)) == Vocabulary::kUnseen);
  CHECK(Vocabulary().code("x") == Vocabulary::kUnseen);
}
