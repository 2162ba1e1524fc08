#include "repo/ignore_rules.hpp"

#include <catch2/catch.hpp>

#include "support/git_repo.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;

TEST_CASE("mlo and git agree on what a pattern matches") {
  const std::string patterns[] = {
      "*.tmp",  "/top.txt",    "sub/x.txt",  "build/",    "**/deep.txt", "a/**/z",  "doc/**",
      "!*.tmp", "[a-c]?.csv",  "\\!literal", "\\#hash",   "*.t[!m]p",    "# note",  "sp\\ ace",
      "x*y*z",  "trailing   ", "sub/*",      "!sub/keep", "*/mid.txt",   "[]a].txt"};
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
