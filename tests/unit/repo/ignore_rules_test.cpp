#include "repo/ignore_rules.hpp"

#include <catch2/catch.hpp>

#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;

TEST_CASE("mlo and git agree on what a pattern matches") {
  const std::string patterns[] = {"*.tmp",
                                  "/top.txt",
                                  "sub/x.txt",
                                  "build/",
                                  "**/deep.txt",
                                  "a/**/z",
                                  "doc/**",
                                  "!*.tmp",
                                  "[a-c]?.csv",
                                  "\\!literal",
                                  "\\#hash",
                                  "*.t[!m]p",
                                  "# note",
                                  "sp\\ ace",
                                  "x*y*z",
                                  "trailing   ",
                                  "sub/*",
                                  "!sub/keep",
                                  "*/mid.txt",
                                  "[]a].txt",
                                  "[[:alpha:]].txt",
                                  "[[:digit:]-b].txt",
                                  "[![:alpha:]].txt",
                                  "[[:none:]].txt",
                                  "[a.txt",
                                  "a***.txt",
                                  "***/z",
                                  "****/mid.txt"};
  const std::string paths[] = {"a.tmp",     "sub/a.tmp",   "top.txt",   "sub/top.txt",  "sub/x.txt",
                               "build/o.o", "p/build/o.o", "deep.txt",  "p/q/deep.txt", "a/z",
                               "a/b/c/z",   "doc/one/two", "ab.csv",    "dd.csv",       "!literal",
                               "#hash",     "a.txp",       "sp ace",    "xayaz",        "xz",
                               "trailing",  "sub/keep",    "p/mid.txt", "p/q/mid.txt",  "].txt",
                               "a.txt",     "b.txt"};
  test::TempDir dir;
  test::git_init(dir.path());
  for (const std::string& path : paths) dir.write(path, "x");
  for (const std::string& pattern : patterns) {
    std::string text = "*.tmp\n" + pattern + "\n";
    dir.write(".gitignore", text);
    repo::IgnoreRules rules;
    rules.add(text, "");
    // What git would add: every file that is not ignored.
    std::string listed =
        "\n" + test::git_in(dir.path(), "-c core.quotepath=off ls-files -o --exclude-standard");
    for (const std::string& path : paths) {
      INFO(pattern << " on " << path);
      bool ignored = false;
      for (size_t slash = path.find('/'); !ignored && slash != std::string::npos;
           slash = path.find('/', slash + 1)) {
        ignored = rules.ignored(path.substr(0, slash), true);
      }
      ignored = ignored || rules.ignored(path, false);
      CHECK(ignored == (listed.find("\n" + path + "\n") == std::string::npos));
    }
  }
}

TEST_CASE("rules of a directory hold below it only and win over outer ones") {
  repo::IgnoreRules rules;
  rules.add("*.csv\n", "");
  rules.add("!keep.csv\n/only.txt\n", "data");
  CHECK(rules.ignored("keep.csv", false));
  CHECK_FALSE(rules.ignored("data/keep.csv", false));
  CHECK(rules.ignored("data/only.txt", false));
  CHECK_FALSE(rules.ignored("data/sub/only.txt", false));
  CHECK_FALSE(rules.ignored("only.txt", false));
}

TEST_CASE("a .gitignore line is anchored, escaped and written once") {
  CHECK(repo::with_ignore_line("", "data") == "/data\n");
  CHECK(repo::with_ignore_line("*.o", "data") == "*.o\n/data\n");
  CHECK(repo::with_ignore_line("/data\n*.o\n", "data") == "/data\n*.o\n");
  CHECK(repo::with_ignore_line("a\r\n", "b") == "a\r\n/b\r\n");
  const std::vector<std::string> names = {"b", "a", "c", "b"};
  CHECK(repo::with_ignore_lines("/a", names) == "/a\n/b\n/c\n");
  CHECK(repo::with_ignore_lines("/a\r\n", names) == "/a\r\n/b\r\n/c\r\n");
  CHECK(repo::with_ignore_lines("x", {}) == "x");
  CHECK(repo::without_ignore_line("x\n/data\ny\n", "data") == "x\ny\n");
  CHECK(repo::without_ignore_line("x", "data") == "x");
}

TEST_CASE("git ignores exactly the escaped name") {
  test::TempDir dir;
  test::git_init(dir.path());
  const std::string names[] = {"a*b", "what?", "[x]", "#hash", "!bang", "sp ace ", "back\\slash"};
  std::string text;
  for (const std::string& name : names) {
    dir.write(name, "x");
    text = repo::with_ignore_line(text, name);
  }
  dir.write("axb", "x");
  dir.write("sub/#hash", "x");
  dir.write(".gitignore", text);
  CHECK(test::git_in(dir.path(), "ls-files -o --exclude-standard") ==
        ".gitignore\naxb\nsub/#hash\n");
}

TEST_CASE("a pattern of many stars takes no exponential time") {
  std::string stars, directories, deep;
  for (int i = 0; i < 30; ++i) stars += "*a";
  for (int i = 0; i < 20; ++i) directories += "**/*a/";
  for (int i = 0; i < 1000; ++i) deep += "a/";
  CHECK_FALSE(repo::glob_matches(stars + "b", std::string(3000, 'a')));
  CHECK(repo::glob_matches(stars, std::string(3000, 'a')));
  CHECK_FALSE(repo::glob_matches(directories + "b", deep + "c"));
  CHECK(repo::glob_matches(directories + "b", deep + "b"));
}

TEST_CASE("brackets know ranges, escapes and the classes of POSIX") {
  CHECK(repo::glob_matches("[[:upper:][:digit:]]", "7"));
  CHECK_FALSE(repo::glob_matches("[[:upper:][:digit:]]", "x"));
  CHECK(repo::glob_matches("[^[:space:]]", "x"));
  CHECK_FALSE(repo::glob_matches("[^x]", "/"));
  CHECK(repo::glob_matches("[\\]]", "]"));
  CHECK(repo::glob_matches("[a-]", "-"));
  CHECK_FALSE(repo::glob_matches("[[:alpha:]", "a"));
  CHECK_FALSE(repo::glob_matches("a\\", "a\\"));
}
