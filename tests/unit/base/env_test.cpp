#include "base/env.hpp"

#include <catch2/catch.hpp>

#include "base/error.hpp"

using namespace mlo;

TEST_CASE("times are RFC 3339 in UTC") {
  CHECK(format_time(0) == "1970-01-01T00:00:00.000Z");
  CHECK(format_time(1'700'000'000'123'456'789) == "2023-11-14T22:13:20.123Z");
  CHECK(format_time(-1'000'000) == "1969-12-31T23:59:59.999Z");
  CHECK(parse_time("2023-11-14T22:13:20.123Z") == 1'700'000'000'123'000'000);
  CHECK(parse_time("2023-11-14T22:13:20Z") == 1'700'000'000'000'000'000);
  CHECK_FALSE(parse_time("2023-11-14 22:13:20Z"));
  CHECK_FALSE(parse_time("2023-13-14T22:13:20Z"));
  CHECK_FALSE(parse_time("2023-11-14T22:13:20.Z"));
}

TEST_CASE("context is put in front of an error on its way up") {
  try {
    in_context("while adding 'a'", [] { throw failure("cannot read", "try again"); });
    FAIL();
  } catch (const Error& error) {
    CHECK(error.message() == "while adding 'a': cannot read");
    CHECK(error.hint() == "try again");
    CHECK(error.code() == Exit::failure);
  }
}
