#include "table/value_text.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace mlo::table;

TEST_CASE("the missing words are those of pandas") {
  for (auto text : {"",     " ",        "\t",      "NA",      "N/A",      "n/a",   "NaN",
                    "nan",  "null",     "NULL",    "None",    "<NA>",     "#N/A",  "-nan",
                    "-NaN", "#N/A N/A", "-1.#IND", "1.#QNAN", "-1.#QNAN", "1.#IND"}) {
    CAPTURE(text);
    CHECK(is_missing(text));
  }
  for (auto text : {"0", "na", "NONE?", "nil", "-", "?", "NAN1", "missing"}) {
    CAPTURE(text);
    CHECK_FALSE(is_missing(text));
  }
}

TEST_CASE("numbers are decimal, and nothing else is one") {
  CHECK(parse_number("3") == 3.0);
  CHECK(parse_number(" -2.5e3\t") == -2500.0);
  CHECK(parse_number("+.5") == 0.5);
  CHECK(parse_number("5.") == 5.0);
  CHECK(parse_number("1e308") == 1e308);
  CHECK(parse_number("4.9406564584124654e-324") == 4.9406564584124654e-324);
  CHECK(std::isinf(*parse_number("1e999")));
  CHECK(std::isinf(*parse_number("-Infinity")));
  CHECK(*parse_number("-inf") < 0);
  for (auto text : {"", "nan", "1,5", "0x10", "1_000", "12a", "--1", "+-1", "e5", "1e", "1 2"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_number(text));
  }
}

TEST_CASE("booleans") {
  for (auto text : {"true", "TRUE", "Yes", "y", "T", "on", "1"}) CHECK(parse_boolean(text) == true);
  for (auto text : {"false", "False", "NO", "n", "f", "Off", "0"}) {
    CHECK(parse_boolean(text) == false);
  }
  for (auto text : {"", "2", "maybe", "truee", "ye"}) CHECK_FALSE(parse_boolean(text));
  CHECK(is_boolean_word("Yes"));
  CHECK_FALSE(is_boolean_word("1"));
  CHECK_FALSE(is_boolean_word("f"));
}

TEST_CASE("dates are ISO 8601, in days since 1970") {
  CHECK(parse_date("1970-01-01") == 0.0);
  CHECK(parse_date("1969-12-31") == -1.0);
  CHECK(parse_date("2000-02-29") == 11016.0);
  CHECK(parse_date("2016/03/31") == 16891.0);
  CHECK(parse_date("1970-01-02T12:00") == 1.5);
  CHECK(parse_date("1970-01-01 00:00:00.5Z") == 0.5 / 86400);
  CHECK(parse_date("1970-01-01T02:00:00+02:00") == 0.0);
  CHECK(parse_date("1970-01-01T00:00:00-0530") == 5.5 / 24);
  for (auto text : {"", "2001-02-29", "2000-13-01", "2000-00-10", "01/02/2003", "20000101",
                    "2000-1-1", "2000-01-01x", "2000-01-01T", "2000-01-01T25:00", "2000-01/01",
                    "2000-01-01T10:00:00+2", "2000-01-01T10:00:00."}) {
    CAPTURE(text);
    CHECK_FALSE(parse_date(text));
  }
}

TEST_CASE("date_text reads back to the same double") {
  for (auto text :
       {"2016-03-31", "1969-12-31", "2016-03-31T12:30:00Z", "1970-01-01T00:00:00.250000Z",
        "1999-12-31T23:59:59.999999Z", "0001-01-01", "9999-12-31"}) {
    CAPTURE(text);
    CHECK(date_text(*parse_date(text)) == text);
  }
  CHECK(parse_date(date_text(*parse_date("2020-05-05T01:00:00.1+02:00"))) ==
        parse_date("2020-05-05T01:00:00.1+02:00"));
}

TEST_CASE("a number as category is its shortest text") {
  char buffer[32];
  CHECK(category_text(3, buffer) == "3");
  CHECK(category_text(-0.0, buffer) == "0");
  CHECK(category_text(0.1, buffer) == "0.1");
  CHECK(category_text(1e300, buffer) == "1e+300");
  for (auto text : {"3", "-0.50", "1e5", "0", "0.5", ".5", "1e+300"}) CHECK(is_plain_number(text));
  for (auto text : {"007", "+3", "", "A", " 3", "inf", "1e999", "12345678901234567", "-", "1 "}) {
    CAPTURE(text);
    CHECK_FALSE(is_plain_number(text));
  }
}
