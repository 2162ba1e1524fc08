#include "base/text.hpp"

#include <catch2/catch.hpp>
#include <cmath>

using namespace mlo;

TEST_CASE("nearest finds misspellings and leaves strangers alone") {
  std::vector<std::string> names = {"status", "checkout", "data add", "train"};
  CHECK(nearest("statsu", names) == "status");
  CHECK(nearest("chekout", names) == "checkout");
  CHECK(nearest("trian", names) == "train");
  CHECK_FALSE(nearest("xyzzy", names));
  CHECK(suggestion("xyzzy", names) == "known: status, checkout, data add, train");
}

TEST_CASE("invalid UTF-8 and control bytes are shown as escapes") {
  CHECK(is_utf8("h\xC3\xA9llo"));
  CHECK_FALSE(is_utf8("\xC3"));
  CHECK_FALSE(is_utf8("\xED\xA0\x80"));  // a surrogate
  CHECK_FALSE(is_utf8("\xC0\xAF"));      // overlong
  CHECK(quoted("a\xFF\n\xC3\xA9") == "'a\\xFF\\x0A\xC3\xA9'");
}

TEST_CASE("numbers are written shortest and read strictly") {
  CHECK(number_text(0.1) == "0.1");
  CHECK(number_text(-INFINITY) == "-Infinity");
  CHECK(parse_double("1e308") == 1e308);
  CHECK_FALSE(parse_double("1.5x"));
  CHECK_FALSE(parse_double(" 1"));
  CHECK_FALSE(parse_double(""));
  CHECK(parse_int("+7") == 7);
  CHECK_FALSE(parse_int("9223372036854775808"));
}

TEST_CASE("base64 pads as RFC 4648") {
  CHECK(base64("") == "");
  CHECK(base64("f") == "Zg==");
  CHECK(base64("fo") == "Zm8=");
  CHECK(base64("foo") == "Zm9v");
  CHECK(base64("foobar") == "Zm9vYmFy");
}

TEST_CASE("paths are normalised lexically") {
  CHECK(normal_path("../b/./c//d", "/x/a") == "/x/b/c/d");
  CHECK(normal_path("/", "/x") == "/");
  CHECK(normal_path("../../..", "/x") == "/");
  CHECK(relative_to("/x/a/b", "/x") == "a/b");
  CHECK(relative_to("/x", "/x") == "");
  CHECK_FALSE(relative_to("/xy", "/x"));
  CHECK(join_path("a", "/b") == "/b");
  CHECK(parent_path("/a") == "/");
  CHECK(parent_path("a") == "");
  CHECK(file_name("a/b") == "b");
}

TEST_CASE("sizes and durations are short") {
  CHECK(human_size(1023) == "1023 B");
  CHECK(human_size(3072) == "3.0 KiB");
  CHECK(human_duration(840'000'000) == "840 ms");
  CHECK(human_duration(250'000'000'000) == "4 min 10 s");
}

TEST_CASE("display width counts wide and combining characters") {
  CHECK(display_width("abc") == 3);
  CHECK(display_width("\xE6\x97\xA5") == 2);  // a CJK character
  CHECK(display_width("e\xCC\x81") == 1);     // e + combining acute
}
