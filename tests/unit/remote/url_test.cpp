#include "remote/url.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using remote::parse_url;
using remote::public_url;

TEST_CASE("a URL is taken apart") {
  remote::Url url = parse_url("SSH://ann%40lab@host.example-1.org:2222/a%20b/c");
  CHECK(url.scheme == "ssh");
  CHECK(url.user == "ann@lab");
  CHECK(url.host == "host.example-1.org");
  CHECK(url.port == 2222);
  CHECK(url.path == "/a%20b/c");
  CHECK_FALSE(url.has_password);
  CHECK(parse_url("https://u:p@[::1]:80").has_password);
  CHECK(parse_url("https://[::1]:80").host == "[::1]");
  CHECK(parse_url("http://[fe80::1]/x").port == 0);
  CHECK(parse_url("file:///a").host.empty());
  CHECK_FALSE(remote::scheme_of("relative/path"));
  CHECK_FALSE(remote::scheme_of("://x"));
  CHECK_FALSE(remote::scheme_of("a b://x"));
}

TEST_CASE("what a shell or libcurl could take for something else is no URL") {
  for (const char* bad :
       {"ssh://-oProxyCommand=x/y", "ssh://$(id)/x", "ssh://a`id`/x", "ssh://a;b/x", "ssh://-l@h/x",
        "ssh://%00@h/x", "http://h:0/", "http://h:99999/", "http://h:/", "http://h:8x/",
        "http://[::1/x", "http://[]/x", "http://a b/x", "s3://b/x?versionId=1", "http://h/x#y",
        "ssh://u%zz@h/x", "ssh://@h/x", "http://h/a\nb", "nothing"}) {
    INFO(bad);
    CHECK(test::error_of([&] { parse_url(bad); }).code() == Exit::usage);
  }
}

TEST_CASE("a URL is shown without its secrets") {
  CHECK(public_url("https://user:pass@host:8080/x?sig=abc#f") == "https://host:8080/x");
  CHECK(public_url("https://user:pa/ss@host/x") == "https://host/x");
  CHECK(public_url("https://host/x") == "https://host/x");
  CHECK(public_url("s3://bucket/a@b/c") == "s3://bucket/a@b/c");
  CHECK(public_url("https://host:80/a@b") == "https://b");  // rather too little than a password
  CHECK(public_url("/plain/path") == "/plain/path");
  CHECK(public_url("s3://b/a\nb") == "s3://b/a\\x0Ab");
  for (const char* url : {"https://me:hunter2@h:99999/", "x://me:hunter2@h/?hunter2#hunter2"}) {
    CHECK(test::message_of([&] { parse_url(url); }).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("percent encoding") {
  CHECK(remote::percent_encoded("a b/ü~-._") == "a%20b%2F%C3%BC~-._");
  CHECK(remote::percent_encoded("a/b+c", "/") == "a/b%2Bc");
  CHECK(remote::percent_decoded("a%20b%2f") == "a b/");
  CHECK_FALSE(remote::percent_decoded("%"));
  CHECK_FALSE(remote::percent_decoded("%0"));
  CHECK_FALSE(remote::percent_decoded("%0g"));
  CHECK_FALSE(remote::percent_decoded("%00"));
}
