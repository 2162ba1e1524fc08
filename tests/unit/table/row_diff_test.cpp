#include "table/row_diff.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "base/error.hpp"
#include "format/json.hpp"
#include "support/error_of.hpp"
#include "support/temp_dir.hpp"
#include "table/row_match.hpp"

using namespace mlo;
using namespace mlo::table;
using namespace mlo::test;

namespace {

struct Files {
  TempDir dir;
  RowSource source(const std::string& name, const std::string& text) {
    const std::string path = dir.write(name, text);
    return {name, [path] { return open_read(path); }};
  }
  RowDiff diff(const std::string& before, const std::string& after, RowDiffOptions options = {},
               const std::string& extension = ".csv") {
    return diff_rows(source("a" + extension, before), source("b" + extension, after), options);
  }
};

RowDiffOptions by(std::vector<std::string> key) {
  RowDiffOptions options;
  options.key = std::move(key);
  return options;
}

std::string cells(const ListedRow& row) { return format::compact_json(row.cells); }

}  // namespace

TEST_CASE("rows without a key are a multiset") {
  Files files;
  RowDiff diff = files.diff("id,x\n1,a\n2,b\n2,b\n3,c\n", "id,x\n3,c\n2,b\n1,a\n4,d\n");
  CHECK(diff.columns.empty());
  CHECK(diff.rows_before == 4);
  CHECK(diff.rows_after == 4);
  CHECK(diff.unchanged == 3);
  CHECK(diff.removed == 1);
  CHECK(diff.added == 1);
  REQUIRE(diff.removed_rows.size() == 1);
  CHECK(cells(diff.removed_rows[0]) == R"({"id":"2","x":"b"})");
  REQUIRE(diff.added_rows.size() == 1);
  CHECK(cells(diff.added_rows[0]) == R"({"id":"4","x":"d"})");
  CHECK(diff.added_rows[0].place.row == 4);
  CHECK(diff.added_rows[0].place.line == 5);
  CHECK_FALSE(diff.same());
  CHECK(files.diff("id\n1\n2\n", "id\n2\n1\n").same());
}

TEST_CASE("equal rows that found no like are listed once") {
  Files files;
  RowDiff diff = files.diff("x\n1\n", "x\n7\n1\n7\n7\n");
  CHECK(diff.added == 3);
  REQUIRE(diff.added_rows.size() == 1);
  CHECK(diff.added_rows[0].count == 3);
  CHECK(diff.added_rows[0].place.row == 1);
}

TEST_CASE("with a key, changed rows show their cells") {
  Files files;
  RowDiff diff = files.diff("id,age,city\n1,41,Bonn\n2,33,Ulm\n5,9,Kiel\n",
                            "id,age,city\n2,33,Ulm\n1,42,Köln\n6,1,Jena\n", by({"id"}));
  CHECK(diff.unchanged == 1);
  CHECK(diff.removed == 1);
  CHECK(diff.added == 1);
  CHECK(diff.changed == 1);
  REQUIRE(diff.changed_rows.size() == 1);
  const ChangedRow& row = diff.changed_rows[0];
  CHECK(format::compact_json(row.key) == R"({"id":"1"})");
  CHECK(row.before.line == 2);
  CHECK(row.after.line == 3);
  REQUIRE(row.cells.size() == 2);
  CHECK(row.cells[0].column == "age");
  CHECK(row.cells[0].before.as_string() == "41");
  CHECK(row.cells[1].after.as_string() == "Köln");
}

TEST_CASE("a key may be several columns, and occurs once on a side") {
  Files files;
  CHECK(files.diff("a,b,x\n1,1,p\n1,2,q\n", "a,b,x\n1,2,q\n1,1,r\n", by({"a", "b"})).changed == 1);
  Error error = error_of([&] { files.diff("a,x\n1,p\n", "a,x\n1,p\n2,q\n1,p\n", by({"a"})); });
  CHECK(error.code() == Exit::failure);
  CHECK(error.message() == "b.csv:4: the key a '1' was in line 2 already");
  error = error_of([&] { files.diff("age,x\n1,p\n", "age,x\n1,p\n", by({"aged"})); });
  CHECK(error.code() == Exit::usage);
  CHECK(error.message() == "a.csv: no column 'aged'");
  CHECK(error.hint() == "did you mean 'age'?");
}

TEST_CASE("columns come first, and rows are compared over those of both sides") {
  Files files;
  RowDiff diff = files.diff("id,zip,age,day\n1,x,3,2020-01-01\n",
                            "age,id,day,income\nold,1,2020-01-01,9\n", by({"id"}));
  REQUIRE(diff.columns.size() == 3);
  CHECK(diff.columns[0].name == "zip");
  CHECK(diff.columns[0].before == ColumnKind::text);
  CHECK_FALSE(diff.columns[0].after);
  CHECK(diff.columns[1].name == "age");
  CHECK(diff.columns[1].before == ColumnKind::numeric);
  CHECK(diff.columns[1].after == ColumnKind::text);
  CHECK(diff.columns[2].name == "income");
  CHECK_FALSE(diff.columns[2].before);
  CHECK(diff.reordered);
  CHECK(diff.changed == 1);
  CHECK(diff.changed_rows[0].cells.size() == 1);
  // Nothing but the columns changed.
  diff = files.diff("a,b\n1,2\n", "a,c\n1,2\n");
  CHECK(diff.unchanged == 1);
  CHECK_FALSE(diff.same());
  // No column in common: no row is like another.
  diff = files.diff("a\n1\n2\n", "b\n1\n");
  CHECK(diff.removed == 2);
  CHECK(diff.added == 1);
  CHECK(diff.removed_rows.size() == 2);
}

TEST_CASE("JSONL is compared by value, nested values by their text") {
  Files files;
  const std::string before = R"({"id":1,"x":1.0,"m":[{"role":"user","text":"a]}"}]})"
                             "\n"
                             R"({"id":2,"x":"3","m":{"k":[1,2]}})"
                             "\n"
                             R"({"id":9007199254740993,"x":null})"
                             "\n";
  RowDiff diff = files.diff(before,
                            R"({"x":1,"id":1, "m": [{"role":"user","text":"b]}"}] })"
                            "\n"
                            R"({"id":2,"x":3,"m":{"k":[1,2]}})"
                            "\n"
                            R"({"id":9007199254740993})"
                            "\n",
                            by({"id"}), ".jsonl");
  CHECK_FALSE(diff.reordered);
  CHECK(diff.unchanged == 1);
  CHECK(diff.changed == 2);
  REQUIRE(diff.changed_rows.size() == 2);
  REQUIRE(diff.changed_rows[0].cells.size() == 1);
  CHECK(diff.changed_rows[0].cells[0].column == "m");
  CHECK(format::compact_json(diff.changed_rows[0].cells[0].after) ==
        R"([{"role":"user","text":"b]}"}])");
  CHECK(diff.changed_rows[1].cells[0].before.as_string() == "3");
  CHECK(diff.changed_rows[1].cells[0].after.as_int() == 3);
  CHECK(files.diff(before, before, {}, ".jsonl").same());
}

TEST_CASE("a CSV file and a JSONL file are compared as a person would type them") {
  Files files;
  RowDiff diff = diff_rows(files.source("a.csv", "id,ok,x\n1,true,\n2,false,b\n"),
                           files.source("b.jsonl",
                                        "{\"id\":1,\"ok\":true,\"x\":null}\n"
                                        "{\"id\":2,\"ok\":true,\"x\":\"b\"}\n"),
                           by({"id"}));
  CHECK(diff.unchanged == 1);
  CHECK(diff.changed == 1);
  REQUIRE(diff.changed_rows[0].cells.size() == 1);
  CHECK(diff.changed_rows[0].cells[0].column == "ok");
}

TEST_CASE("empty files and headers alone are tables without rows") {
  Files files;
  CHECK(files.diff("", "").same());
  CHECK(files.diff("a,b\n", "a,b\n").same());
  RowDiff diff = files.diff("", "a\n1\n", by({"a"}));
  CHECK(diff.added == 1);
  CHECK(diff.columns.size() == 1);
  diff = files.diff("a\n1\n2\n", "a\n");
  CHECK(diff.removed == 2);
  CHECK(message_of([&] { files.diff("a,b\n1\n", "a,b\n"); }).starts_with("a.csv:2:"));
}

TEST_CASE("counts are exact whatever is listed") {
  Files files;
  std::string before = "id\n", after = "id\n";
  for (int i = 0; i < 5000; ++i) before += std::to_string(i) + "\n";
  for (int i = 2000; i < 9000; ++i) after += std::to_string(i) + "\n";
  RowDiffOptions options;
  options.limit = 3;
  RowDiff diff = files.diff(before, after, options);
  CHECK(diff.removed == 2000);
  CHECK(diff.added == 4000);
  CHECK(diff.unchanged == 3000);
  REQUIRE(diff.removed_rows.size() == 3);
  CHECK(diff.removed_rows[2].place.row == 3);
  CHECK(diff.added_rows[0].place.row == 3001);
  options.limit = 0;
  CHECK(files.diff(before, after, options).added_rows.empty());
  options.limit = UINT64_MAX;
  CHECK(files.diff(before, after, options).added_rows.size() == 4000);
}

TEST_CASE("memory that is too small for one pass gives the same answer") {
  Files files;
  std::mt19937 random(7);
  for (int round = 0; round < 12; ++round) {
    INFO(round);
    std::map<int, std::string> left, right;
    for (int i = 0; i < 3000; ++i) {
      if (random() % 10 != 0) left[i] = std::to_string(random() % 4);
      if (random() % 10 != 0) right[i] = left.contains(i) && random() % 5 ? left[i] : "new";
    }
    auto shuffled = [&](const std::map<int, std::string>& rows) {
      std::vector<std::string> lines;
      for (const auto& [key, value] : rows)
        lines.push_back(std::to_string(key) + "," + value + "\n");
      std::shuffle(lines.begin(), lines.end(), random);
      std::string text = "id,x\n";
      for (const std::string& line : lines) text += line;
      return text;
    };
    uint64_t unchanged = 0, changed = 0, removed = 0;
    for (const auto& [key, value] : left) {
      const auto other = right.find(key);
      ++(other == right.end() ? removed : other->second == value ? unchanged : changed);
    }
    const uint64_t added = right.size() - unchanged - changed;
    const std::string before = shuffled(left), after = shuffled(right);
    for (size_t entries : {size_t{4} << 20, size_t{500}, size_t{40}}) {
      RowDiffOptions options = by({"id"});
      options.most_entries = entries;
      RowDiff diff = files.diff(before, after, options);
      CHECK(diff.unchanged == unchanged);
      CHECK(diff.changed == changed);
      CHECK(diff.removed == removed);
      CHECK(diff.added == added);
      options.key = {};
      diff = files.diff(before, after, options);
      CHECK(diff.unchanged == unchanged);
      CHECK(diff.removed == removed + changed);
      CHECK(diff.added == added + changed);
    }
  }
}

TEST_CASE("a cancelled comparison ends") {
  Files files;
  std::atomic<bool> cancelled = true;
  RowDiffOptions options;
  options.cancelled = &cancelled;
  CHECK(error_of([&] { files.diff("a\n1\n", "a\n2\n", options); }).code() == Exit::interrupted);
}

TEST_CASE("waiting rows come and go without trace") {
  WaitingRows rows;
  std::map<uint64_t, uint64_t> model;
  std::mt19937_64 random(3);
  for (int i = 0; i < 200000; ++i) {
    // Few homes: long chains that wrap around.
    const uint64_t key = random() % 4000;
    const Hash128 hash{(key % 7 == 0 ? ~uint64_t{0} : key % 50) ^ (key << 40), key};
    WaitingRow* found = rows.find(hash);
    REQUIRE((found != nullptr) == model.contains(key));
    if (found != nullptr) {
      REQUIRE(found->value == model[key]);
      rows.erase(found);
      model.erase(key);
    } else {
      rows.insert({hash, static_cast<uint64_t>(i), 1, 0});
      model[key] = static_cast<uint64_t>(i);
    }
    REQUIRE(rows.size() == model.size());
  }
  size_t visited = 0;
  rows.for_each([&](const WaitingRow&) { ++visited; });
  CHECK(visited == model.size());
}
