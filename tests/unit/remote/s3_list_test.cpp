#include "remote/s3_list.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using remote::parse_s3_page;

TEST_CASE("a page of a list") {
  remote::S3Page page = parse_s3_page(
      "<?xml version='1.0'?><ListBucketResult xmlns='http://s3.amazonaws.com/doc/2006-03-01/'>"
      "<EncodingType>url</EncodingType><IsTruncated>true</IsTruncated>"
      "<NextContinuationToken>t&amp;1</NextContinuationToken><Contents><Key>a+b%2Bc%2Fd</Key>"
      "<Size>12</Size><Owner><ID>x</ID></Owner></Contents><Contents><Size>0</Size><Key>z</Key>"
      "</Contents></ListBucketResult>",
      "list");
  REQUIRE(page.objects.size() == 2);
  CHECK(page.objects[0].key == "a b+c/d");
  CHECK(page.objects[0].size == 12);
  CHECK(page.next == "t&1");
  page = parse_s3_page(
      "<ListBucketResult><IsTruncated>false</IsTruncated><NextContinuationToken>x"
      "</NextContinuationToken><Contents><Key>a+b%2B</Key><Size>1</Size></Contents>"
      "</ListBucketResult>",
      "list");
  CHECK(page.objects[0].key == "a+b%2B");  // nothing says that it is encoded
  CHECK(page.next.empty());
}

TEST_CASE("pages that cannot be believed") {
  auto contents = [](const std::string& inner) {
    return "<ListBucketResult><EncodingType>url</EncodingType><Contents>" + inner +
           "</Contents></ListBucketResult>";
  };
  for (const std::string& bad :
       {std::string("<html></html>"), contents("<Key>a</Key>"), contents("<Size>1</Size>"),
        contents("<Key>a</Key><Size>-1</Size>"), contents("<Key>a</Key><Size>x</Size>"),
        contents("<Key>%zz</Key><Size>1</Size>"),
        std::string("<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>")}) {
    INFO(bad);
    CHECK(test::message_of([&] { parse_s3_page(bad, "list"); }).starts_with("list: "));
  }
}
