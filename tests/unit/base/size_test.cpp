#include "base/size.hpp"

#include <catch2/catch.hpp>

using namespace mlo;

TEST_CASE("sizes are read as people write them") {
  CHECK(parse_size("0") == 0);
  CHECK(parse_size("4096") == 4096);
  CHECK(parse_size("64KiB") == 65536);
  CHECK(parse_size("64k") == 65536);
  CHECK(parse_size("1.5 GiB") == 1610612736);
  CHECK(parse_size("10GB") == 10'000'000'000);
  CHECK(parse_size("3 b") == 3);
  for (const char* bad :
       {"", "GiB", "-1", "1x", "1kibi", "nan", "inf", "1e400", "9999999P", ".", "1 2"}) {
    INFO(bad);
    CHECK_FALSE(parse_size(bad));
  }
}

TEST_CASE("shares are percentages or fractions") {
  CHECK(parse_share("5%") == 0.05);
  CHECK(parse_share("0.25") == 0.25);
  CHECK(parse_share("100%") == 1.0);
  for (const char* bad : {"", "%", "0", "0%", "101%", "-5%", "nan", "5 %x"}) {
    INFO(bad);
    CHECK_FALSE(parse_share(bad));
  }
}
