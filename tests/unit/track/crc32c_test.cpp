#include "track/crc32c.hpp"

#include <catch2/catch.hpp>
#include <string>

using mlo::track::crc32c;

TEST_CASE("crc32c has the values of RFC 3720 B.4") {
  CHECK(crc32c("123456789") == 0xe3069283u);
  CHECK(crc32c(std::string(32, '\0')) == 0x8a9136aau);
  CHECK(crc32c(std::string(32, '\xff')) == 0x62a8ab43u);
  CHECK(crc32c("") == 0u);
}

TEST_CASE("crc32c continues where it stopped, at any offset") {
  std::string text;
  for (int i = 0; i < 64; ++i) text += static_cast<char>(i * 7);
  const uint32_t whole = crc32c(text);
  for (size_t cut = 0; cut <= text.size(); ++cut) {
    REQUIRE(crc32c(std::string_view(text).substr(cut), crc32c(text.substr(0, cut))) == whole);
  }
}
