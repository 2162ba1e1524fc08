#include "remote/xml.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using remote::parse_xml;

TEST_CASE("elements, text, references and what is skipped") {
  remote::XmlElement root = parse_xml(
      "\xEF\xBB\xBF<?xml version=\"1.0\"?>\n<!-- c --><a:R xmlns:a='x>y' b = \"1\">"
      "<K>a&amp;b&lt;&gt;&quot;&apos;&#65;&#x20AC;&#x1F600;</K><E/><E />"
      "<C><![CDATA[<&]]>d</C><!-- <x> --></a:R>\n",
      "answer");
  CHECK(root.name == "R");
  CHECK(root.children.size() == 4);
  CHECK(root.text_of("K") == "a&b<>\"'A\u20AC\U0001F600");
  CHECK(root.text_of("C") == "<&d");
  CHECK(root.text_of("none").empty());
  CHECK(root.find("E")->children.empty());
}

TEST_CASE("malformed XML is an error with a place, and nothing is expanded") {
  for (const char* bad : {"",
                          "  ",
                          "text",
                          "<a>",
                          "<a></b>",
                          "<a><b></a></b>",
                          "<a",
                          "<a b></a>",
                          "<a b=c></a>",
                          "<a b='c></a>",
                          "<a>&unknown;</a>",
                          "<a>&#xD800;</a>",
                          "<a>&#1114112;</a>",
                          "<a>&#0;</a>",
                          "<a>&#;</a>",
                          "<a>&#x;</a>",
                          "<a>&</a>",
                          "<a/><b/>",
                          "<!DOCTYPE a [<!ENTITY x 'y'>]><a/>",
                          "<a><![CDATA[x</a>",
                          "<a><!-- </a>",
                          "<?xml",
                          "<></>",
                          "<a>&#99999999999;</a>"}) {
    INFO(bad);
    CHECK(test::message_of([&] { parse_xml(bad, "answer"); }).starts_with("answer: byte "));
  }
  std::string deep;
  for (int i = 0; i < 100000; ++i) deep += "<a>";
  CHECK(test::message_of([&] { parse_xml(deep, "answer"); }).find("deeply") != std::string::npos);
}
