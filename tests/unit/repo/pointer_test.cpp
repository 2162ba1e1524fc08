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

Pointer imported_tree() {
  Pointer pointer = tree_pointer();
  repo::Source source;
  source.kind = repo::Source::Kind::mlo;
  source.url = "https://example.org/data.git";
  source.path = "data/images";
  source.rev = "v1.2";
  source.commit = "0123456789abcdef0123456789abcdef01234567";
  pointer.source = source;
  return pointer;
}
Pointer imported_file() {
  Pointer pointer = file_pointer();
  repo::Source source;
  source.url = "https://example.org/train.csv?download=1";
  source.etag = "\"5d41402a\"";
  pointer.source = source;
  return pointer;
}

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

TEST_CASE("imported data says where it came from") {
  CHECK(repo::format_pointer(imported_tree()) == read_file(MLO_TEST_DATA "/imported_tree.mlo"));
  CHECK(repo::format_pointer(imported_file()) == read_file(MLO_TEST_DATA "/imported_file.mlo"));
  CHECK(repo::parse_pointer(read_file(MLO_TEST_DATA "/imported_tree.mlo"), "x") == imported_tree());
  CHECK(repo::parse_pointer(read_file(MLO_TEST_DATA "/imported_file.mlo"), "x") == imported_file());
  CHECK(imported_tree().same_content(tree_pointer()));
  CHECK_FALSE(imported_tree() == tree_pointer());
}

TEST_CASE("a source is read strictly") {
  const std::string good = repo::format_pointer(imported_tree());
  auto with = [&](const std::string& from, const std::string& to) {
    std::string text = good;
    text.replace(text.find(from), from.size(), to);
    return rejection(text);
  };
  CHECK(with("kind: mlo", "kind: svn").find("x.mlo:7:9: ") != std::string::npos);
  CHECK(with("commit: \"0123", "commit: \"012").find("x.mlo:11:11: ") != std::string::npos);
  CHECK(with("path: data/images", "path: ../up").find("x.mlo:9:9: ") != std::string::npos);
  CHECK(with("path: data/images", "path: /etc").find("inside the repository") != std::string::npos);
  CHECK(with("rev: v1.2", "branch: main").find("x.mlo:10:3: ") != std::string::npos);
  CHECK(with("rev: v1.2", "rev: \"a\\nb\"").find("one line") != std::string::npos);
  CHECK(with("kind: mlo", "kind: url").find("needs the key 'url'") != std::string::npos);
  CHECK(with("https://", "https://me:hunter2@").find("holds credentials") != std::string::npos);
  CHECK(with("https://", "https://me:hunter2@").find("hunter2") == std::string::npos);
  CHECK(rejection(repo::format_pointer(tree_pointer()) + "source: here\n").find("x.mlo:6:") !=
        std::string::npos);
}

TEST_CASE("URLs that hold a credential are told from those that do not") {
  for (const char* url :
       {"https://me:secret@example.org/x", "https://ghp_token@github.com/a/b", "ssh://me:pw@host/x",
        "S3://KEY:SECRET@bucket/x", "https://bucket.example.org/x?X-Amz-Signature=abc",
        "https://example.org/x?a=1&api_key=k", "https://account.blob.net/x?sv=1&sig=abc",
        "https://example.org/x?accessToken=k", "https://example.org/x?AWSAccessKeyId=k",
        "https://example.org/x?auth-key=k", "https://example.org/x?Policy=k"}) {
    INFO(url);
    CHECK(repo::holds_credentials(url));
  }
  for (const char* url : {"https://example.org/x", "https://example.org:8080/@scope/x",
                          "ssh://git@example.org/a.git", "git@example.org:a/b.git", "/srv/data@2",
                          "../other", "s3://bucket/a@b", "https://example.org/x?download=1#frag",
                          "https://example.org/x?keyword=a&author=b&design=c&monkey=d"}) {
    INFO(url);
    CHECK_FALSE(repo::holds_credentials(url));
  }
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
