#include "repo/reference.hpp"

#include <catch2/catch.hpp>

#include "support/error_of.hpp"

using namespace mlo;
using repo::Reference;
using Kind = repo::Reference::Kind;

TEST_CASE("full references") {
  Reference model = repo::parse_reference("model:vocabulary:3");
  CHECK(model.kind == Kind::model);
  CHECK(model.name == "vocabulary");
  CHECK(model.version == 3);
  Reference alias = repo::parse_reference("model:vocabulary@production");
  CHECK(alias.alias == "production");
  CHECK_FALSE(alias.version.has_value());
  CHECK(repo::parse_reference("run:latest").id == "latest");
  CHECK(repo::parse_reference("run:3f2a").kind == Kind::run);
  CHECK(repo::parse_reference("sha256:0123abcd").id == "0123abcd");
  Reference git = repo::parse_reference("git:HEAD~1:data/a:b.csv");
  CHECK(git.rev == "HEAD~1");
  CHECK(git.path == "data/a:b.csv");
  CHECK(repo::parse_reference("./model").kind == Kind::path);
  CHECK(repo::parse_reference("data/train.csv").path == "data/train.csv");
}

TEST_CASE("malformed references are usage errors") {
  for (const char* text : {"", "model:", "model:x:0", "model:x:abc", "model:x@", "run:", "run:xyz",
                           "sha256:12", "sha256:XYZXYZXY", "git:HEAD", "git::x", "git:HEAD:"}) {
    INFO(text);
    CHECK(test::error_of([&] { repo::parse_reference(text); }).code() == Exit::usage);
  }
}

TEST_CASE("shorthand of commands that take a model") {
  CHECK(repo::parse_model_reference("vocabulary").name == "vocabulary");
  CHECK(repo::parse_model_reference("vocabulary:2").version == 2);
  CHECK(repo::parse_model_reference("vocabulary@production").alias == "production");
  CHECK(repo::parse_model_reference("./vocabulary").kind == Kind::path);
  CHECK(repo::parse_model_reference("run:latest").kind == Kind::run);
}
