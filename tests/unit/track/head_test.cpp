#include "track/head.hpp"

#include <catch2/catch.hpp>

#include "base/descriptor.hpp"
#include "base/error.hpp"

using namespace mlo;
using namespace mlo::track;

TEST_CASE("the golden head is read and written") {
  const std::string text = read_file(std::string(MLO_TEST_DATA) + "/head");
  const auto segments = parse_head(text, "head");
  REQUIRE(segments.size() == 2);
  CHECK(segments[0].writer == "0123456789abcdef");
  CHECK(segments[0].size == 1234);
  CHECK(segments[1].digest.bytes[0] == 0xab);
  CHECK(format_head(segments) == text);
}

TEST_CASE("a malformed head is an error with its line") {
  const std::string good = "0123456789abcdef sha256:" + std::string(64, 'a') + " 1\n";
  const auto message = [](const std::string& text) {
    try {
      parse_head(text, "head");
    } catch (const Error& error) {
      return error.message();
    }
    return std::string();
  };
  CHECK(message("mlo-run-head 1\n") == "");
  CHECK(message("") == "head:1: truncated");
  CHECK(message("mlo-run-head 2\n") == "head:1: expected 'mlo-run-head 1', not 'mlo-run-head 2'");
  CHECK(message("mlo-run-head 1\n" + good + good) == "head:3: segments out of order");
  CHECK(message("mlo-run-head 1\n" + good.substr(0, 30)) == "head:1: truncated");
  CHECK(message("mlo-run-head 1\n" + good.substr(0, 80) + "\n") ==
        "head:2: expected 'WRITER sha256:DIGEST SIZE'");
  CHECK(message("mlo-run-head 1\nx" + good.substr(1)) ==
        "head:2: expected 'WRITER sha256:DIGEST SIZE'");
}
