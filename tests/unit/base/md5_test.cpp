#include "base/md5.hpp"

#include <catch2/catch.hpp>

#include "base/files.hpp"

using namespace mlo;

TEST_CASE("MD5 gives the values of RFC 1321") {
  CHECK(md5("").hex() == "d41d8cd98f00b204e9800998ecf8427e");
  CHECK(md5("abc").hex() == "900150983cd24fb0d6963f7d28e17f72");
  CHECK(md5("message digest").hex() == "f96b697d7cb7938d525a2f31aaf161d0");
  Md5 hasher;
  hasher.update(as_bytes("a"));
  hasher.update(as_bytes("bc"));
  CHECK(hasher.finish() == md5("abc"));
  CHECK(hasher.finish() == md5(""));
}

TEST_CASE("an MD5 is read in either case and nothing else is") {
  CHECK(parse_md5("900150983CD24FB0D6963F7D28E17F72") == md5("abc"));
  CHECK_FALSE(parse_md5("900150983cd24fb0d6963f7d28e17f7"));
  CHECK_FALSE(parse_md5("900150983cd24fb0d6963f7d28e17f7g"));
  CHECK_FALSE(parse_md5(""));
}
