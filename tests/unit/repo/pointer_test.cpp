#include "repo/pointer.hpp"

#include <catch2/catch.hpp>

#include "base/descriptor.hpp"
#include "support/error_of.hpp"

using namespace mlo;
using repo::Pointer;

namespace {

Pointer tree_pointer() {
  return {Pointer::Type::tree, sha256(std::string_view("tree")), 61440000, 20000};
}
Pointer file_pointer() { return {Pointer::Type::file, sha256(std::string_view("file")), 1345, 1}; }

std::string rejection(const std::string& text) {
  return test::message_of([&] { repo::parse_pointer(text, "x.mlo"); });
}

}  // namespace

TEST_CASE("pointers are written as the golden files say, and read back") {
  CHECK(repo::format_pointer(tree_pointer()) == read_file(MLO_TEST_DATA "/tree.mlo"));
  CHECK(repo::format_pointer(file_pointer()) == read_file(MLO_TEST_DATA "/file.mlo"));
  CHECK(repo::parse_pointer(read_file(MLO_TEST_DATA "/tree.mlo"), "x") == tree_pointer());
  CHECK(repo::parse_pointer(read_file(MLO_TEST_DATA "/file.mlo"), "x") == file_pointer());
}

TEST_CASE("bad pointers name file, line and column") {
  std::string good = repo::format_pointer(file_pointer());
  CHECK(rejection("mlo: 2\n").find("x.mlo:1:6: ") != std::string::npos);
  CHECK(rejection(good + "colour: red\n").find("x.mlo:5:1: ") != std::string::npos);
  CHECK(rejection("mlo: 1\ntype: fil\ndigest: x\nsize: 1\n").find("x.mlo:2:7: ") !=
        std::string::npos);
  CHECK(rejection("mlo: 1\ntype: file\ndigest: md5:12\nsize: 1\n").find("x.mlo:3:9: ") !=
        std::string::npos);
  CHECK_FALSE(rejection(good.substr(0, good.size() - 12)).empty());
  CHECK_FALSE(rejection("").empty());
  CHECK_FALSE(rejection(std::string("\0\x01\x02", 3)).empty());
  CHECK_FALSE(rejection(repo::format_pointer(tree_pointer()) + "files: 1\n").empty());
}

TEST_CASE("a pointer's name says the path") {
  CHECK(repo::pointer_path("data/a.csv") == "data/a.csv.mlo");
  CHECK(repo::pointed_path("data/a.csv.mlo") == "data/a.csv");
  CHECK(repo::pointed_path(".mlo") == "");
  CHECK(repo::pointed_path("data/.mlo") == "");
  CHECK(repo::pointed_path("data/a.csv") == "");
}

TEST_CASE("an unresolved merge is called so") {
  const Error error = test::error_of([] {
    repo::parse_pointer("mlo: 1\n<<<<<<< HEAD\ntype: file\n=======\n>>>>>>> side\n", "f.mlo");
  });
  CHECK(error.message() == "'f.mlo' has merge conflicts: both sides of a git merge changed it");
  CHECK(error.hint().find("merge-driver --favor ours 'f.mlo'") != std::string::npos);
}
