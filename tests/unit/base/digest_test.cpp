#include "base/digest.hpp"

#include <catch2/catch.hpp>

#include "base/files.hpp"

using namespace mlo;

// FIPS 180-4 examples.
TEST_CASE("SHA-256 of the standard's examples") {
  CHECK(sha256("").hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  CHECK(sha256("abc").hex() == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 hasher;
  std::string block(1000, 'a');
  for (int i = 0; i < 1000; ++i) hasher.update(as_bytes(block));
  CHECK(hasher.finish().hex() ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST_CASE("digests are read with and without their prefix") {
  Digest digest = sha256("abc");
  CHECK(parse_digest(digest.text()) == digest);
  CHECK(parse_digest(digest.hex()) == digest);
  CHECK_FALSE(parse_digest(digest.hex().substr(1)));
  CHECK_FALSE(parse_digest("sha256:" + std::string(64, 'G')));
}

TEST_CASE("random names differ") {
  CHECK(random_hex(32).size() == 32);
  CHECK(random_hex(32) != random_hex(32));
}
