#include "table/csv_scanner.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

using mlo::table::CsvScanner;

namespace {

/// The same marks, one byte at a time.
std::vector<uint32_t> slow_marks(std::string_view text) {
  std::vector<uint32_t> marks;
  bool inside = false;
  for (uint32_t i = 0; i < text.size(); ++i) {
    if (text[i] == '"') inside = !inside;
    if (inside) continue;
    if (text[i] == ',') marks.push_back(i);
    if (text[i] == '\n') marks.push_back(i | CsvScanner::kRowEnd);
  }
  return marks;
}

}  // namespace

TEST_CASE("marks agree with a scan by bytes on random text") {
  std::mt19937 random(7);
  const std::string alphabet = "ab,,\n\"\"\r ";
  for (int round = 0; round < 2000; ++round) {
    CsvScanner scanner(',');
    std::string text;
    size_t size = random() % 300;
    bool with_quotes = round % 2 == 0;
    while (text.size() < size) {
      char c = alphabet[random() % alphabet.size()];
      if (with_quotes || c != '"') text += c;
    }
    auto expected = slow_marks(text);
    size_t used = scanner.scan(text, false);
    while (!expected.empty() && (expected.back() & CsvScanner::kRowEnd) == 0) expected.pop_back();
    size_t end = expected.empty() ? 0 : (expected.back() & ~CsvScanner::kRowEnd) + 1;
    REQUIRE(used == end);
    REQUIRE(std::vector(scanner.marks().begin(), scanner.marks().end()) == expected);
  }
}

TEST_CASE("the last window ends its row at the end of text") {
  CsvScanner scanner(',');
  CHECK(scanner.scan("a,b", false) == 0);
  CHECK(scanner.marks().empty());
  CHECK(scanner.scan("a,b", true) == 3);
  REQUIRE(scanner.marks().size() == 2);
  CHECK(scanner.marks()[1] == (3 | CsvScanner::kRowEnd));
  CHECK_FALSE(scanner.needs_check());
  scanner.scan("a,\"b\nc", true);
  CHECK(scanner.open_quote());
  CHECK(scanner.has_quotes());
  scanner.scan(std::string_view("a\0", 2), true);
  CHECK(scanner.needs_check());
  scanner.scan("\xC3\xA9", true);
  CHECK(scanner.needs_check());
}

TEST_CASE("a row that arrives in pieces is scanned where the last piece ended") {
  std::mt19937 random(11);
  const std::string alphabet = "ab,\n";
  CsvScanner scanner(',');
  for (int round = 0; round < 500; ++round) {
    std::string row = "\"";
    while (row.size() < 400) row += alphabet[random() % alphabet.size()];
    row += random() % 2 == 0 ? "\"\"\n\"\n" : "\",x\n";
    size_t used = 0, seen = 0;
    while (used == 0) {
      seen = std::min(row.size(), seen + 1 + random() % 90);
      used = scanner.scan(std::string_view(row).substr(0, seen), false);
    }
    REQUIRE(used == row.size());
    REQUIRE(std::vector(scanner.marks().begin(), scanner.marks().end()) == slow_marks(row));
  }
}
