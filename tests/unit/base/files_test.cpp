#include "base/files.hpp"

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <vector>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "support/temp_dir.hpp"

using namespace mlo;
using mlo::test::TempDir;

TEST_CASE("an atomic file shows the old content until it is committed") {
  TempDir dir;
  std::string path = dir / "a";
  write_file_atomically(posix_files(), path, "old");
  {
    AtomicFile file(posix_files(), path);
    file.write("new");
    CHECK(read_file(path) == "old");
  }
  CHECK(read_file(path) == "old");
  AtomicFile file(posix_files(), path);
  file.write("new");
  file.commit();
  CHECK(read_file(path) == "new");
}

TEST_CASE("an abandoned atomic file leaves no temporary file") {
  TempDir dir;
  { AtomicFile file(posix_files(), dir / "a"); }
  // rmdir succeeds only on an empty directory.
  posix_files().make_directory(dir / "inner", 0777);
  { AtomicFile file(posix_files(), dir / "inner/a"); }
  CHECK_NOTHROW(posix_files().remove_directory(dir / "inner"));
}

TEST_CASE("errors of the file system name the path and keep errno") {
  TempDir dir;
  try {
    read_file(dir / "missing");
    FAIL();
  } catch (const Error& error) {
    CHECK(error.system_code() == ENOENT);
    CHECK(error.message().find("missing': No such file or directory") != std::string::npos);
  }
  CHECK_FALSE(read_file_if_exists(dir / "missing"));
  CHECK_THROWS_AS(read_file(dir.path()), Error);
  CHECK_THROWS_AS(posix_files().rename_new(dir / "x", dir / "y"), Error);
}

TEST_CASE("read_file refuses what is larger than its limit") {
  TempDir dir;
  write_file_atomically(posix_files(), dir / "a", std::string(1000, 'x'));
  CHECK(read_file(dir / "a", 1000).size() == 1000);
  CHECK_THROWS_AS(read_file(dir / "a", 999), Error);
  CHECK(MappedFile(dir / "a").text() == std::string(1000, 'x'));
}

TEST_CASE("remove_tree takes a directory away and does not follow links") {
  TempDir dir;
  FileSystem& files = posix_files();
  make_directories(files, dir / "a/b/c");
  write_file_atomically(files, dir / "kept", "x");
  files.symlink(dir / "kept", dir / "a/b/link");
  files.symlink(dir.path(), dir / "a/up");
  remove_tree(files, dir / "a");
  CHECK_FALSE(exists(dir / "a"));
  CHECK(read_file(dir / "kept") == "x");
  CHECK_NOTHROW(remove_tree(files, dir / "a"));
}

TEST_CASE("copying moves every byte") {
  TempDir dir;
  std::string text(300'000, 'y');
  write_file_atomically(posix_files(), dir / "a", text);
  Descriptor from = open_read(dir / "a");
  Descriptor to = posix_files().create(dir / "b", Create::exclusive, 0666);
  posix_files().copy(from.get(), to.get(), "b");
  CHECK(read_file(dir / "b") == text);
}

TEST_CASE("parallel_for visits every index once and rethrows the first error") {
  std::vector<std::atomic<int>> seen(1000);
  parallel_for(
      seen.size(), [&](size_t i) { ++seen[i]; }, 4);
  for (auto& count : seen) REQUIRE(count == 1);
  CHECK_THROWS_AS(parallel_for(
                      100,
                      [](size_t i) {
                        if (i == 7) throw failure("x");
                      },
                      4),
                  Error);
  CHECK(available_threads() >= 1);
}
