#include "store/tree.hpp"

#include <algorithm>
#include <random>

#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;
using Catch::Matchers::Contains;

namespace {

TreeEntry file(const std::string& name, uint64_t size = 1) {
  return {kFileMode, sha256(name), size, 1, name};
}

std::vector<TreeEntry> many(size_t count) {
  std::vector<TreeEntry> entries;
  for (size_t i = 0; i < count; ++i) entries.push_back(file("file-" + std::to_string(i), i));
  return entries;
}

std::string line(const std::string& mode, const std::string& name, const std::string& size = "1",
                 const std::string& count = "1") {
  return mode + " " + sha256(name).hex() + " " + size + " " + count + " " + name +
         std::string(1, '\0');
}

std::string refused(const std::string& body, const std::string& header = "mlo-tree 1\n") {
  return error_of([&] { parse_tree(header + body, "t"); });
}

}  // namespace

TEST_CASE("a tree has the bytes of the golden file and reads back") {
  std::vector<TreeEntry> entries = {
      {kFileMode, sha256("a"), 12, 1, "a.csv"},
      {kDirectoryMode, sha256("b"), 3000, 7, "b"},
      {kDirectoryMode, sha256("e"), 0, 0, "empty"},
      {kSymlinkMode, sha256("c"), 5, 1, "link"},
      {kExecutableMode, sha256("d"), 18446744073709551615u, 1, "run \xff\n"}};
  std::string bytes = encode_tree(entries);
  check_golden("five.tree", bytes);
  CHECK(parse_tree(bytes, "t") == entries);
  CHECK(encode_tree({}) == "mlo-tree 1\n");
  CHECK(parse_tree("mlo-tree 1\n", "t").empty());
}

TEST_CASE("a reader refuses every malformed tree") {
  CHECK_THAT(refused("", ""), Contains("not a tree"));
  CHECK_THAT(refused("", "mlo-tree 2\n"), Contains("not a tree"));
  for (const char* name : {"", ".", "..", "a/b", ".git", ".GIT", ".mlo", ".Mlo"}) {
    CHECK_THAT(refused(line("100644", name)), Contains("name"));
  }
  CHECK(parse_tree("mlo-tree 1\n" + line("100644", ".gitx") + line("100644", ".mloignore"), "t")
            .size() == 2);
  CHECK_THAT(refused(line("100644", "a") + line("100644", "a")), Contains("twice"));
  CHECK_THAT(refused(line("100644", "b") + line("100644", "a")), Contains("out of order"));
  CHECK_THAT(refused(line("100600", "a")), Contains("mode"));
  CHECK_THAT(refused(line("040000", "a")), Contains("mode"));
  CHECK_THAT(refused(line("100644", "a", "01")), Contains("not a number"));
  CHECK_THAT(refused(line("100644", "a", "-1")), Contains("not a number"));
  CHECK_THAT(refused(line("100644", "a", "")), Contains("not a number"));
  CHECK_THAT(refused(line("100644", "a", "18446744073709551616")), Contains("not a number"));
  CHECK_THAT(refused(line("100644", "a", "1", "2")), Contains("count"));
  CHECK_THAT(refused(line("40001", "a") + line("100644", "b")), Contains("mixed"));
  std::string upper = line("100644", "a");
  upper[7] = 'A';
  CHECK_THAT(refused(upper), Contains("digest"));
  std::string good = line("100644", "abc");
  for (size_t cut = 1; cut < good.size(); ++cut) {
    CHECK_THROWS_AS(parse_tree("mlo-tree 1\n" + good.substr(0, cut), "t"), Error);
  }
}

TEST_CASE("an encoder refuses what a reader would refuse") {
  CHECK_THROWS_AS(encode_tree(std::vector{file("b"), file("a")}), Error);
  CHECK_THROWS_AS(encode_tree(std::vector{file(".git")}), Error);
  CHECK_THROWS_AS(encode_tree(std::vector{file(std::string("a\0b", 3))}), Error);
  CHECK_THROWS_AS(encode_tree(std::vector{TreeEntry{0100600, {}, 0, 1, "a"}}), Error);
}

TEST_CASE_METHOD(StoreFixture, "a small directory is one object") {
  Batch batch(store);
  TreeEntry tree = write_tree(batch, {file("b", 2), file("a", 1)});
  batch.commit();
  CHECK(tree.mode == kDirectoryMode);
  CHECK(tree.size == 3);
  CHECK(tree.count == 2);
  auto entries = read_tree(store, tree.digest);
  REQUIRE(entries.size() == 2);
  CHECK(entries[0].name == "a");
  CHECK(tree_parts(store, tree.digest).size() == 1);
}

TEST_CASE_METHOD(StoreFixture, "a large directory is split, whatever the order of its entries") {
  auto entries = many(20000);
  Batch batch(store);
  TreeEntry tree = write_tree(batch, entries);
  std::shuffle(entries.begin(), entries.end(), std::mt19937(1));
  CHECK(write_tree(batch, entries).digest == tree.digest);
  batch.commit();
  CHECK(tree.count == 20000);
  CHECK(tree.size == uint64_t{20000} * 19999 / 2);
  auto parts = tree_parts(store, tree.digest);
  CHECK(parts.size() > 8);
  CHECK(parts.size() < 60);
  std::sort(entries.begin(), entries.end(),
            [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
  CHECK(read_tree(store, tree.digest) == entries);
  CHECK(find_in_tree(store, tree.digest, "file-777")->size == 777);
  CHECK_FALSE(find_in_tree(store, tree.digest, "file-20000"));
  CHECK_FALSE(find_in_tree(store, tree.digest, "a"));
  check_golden("index.tree", store.read(tree.digest));
}

TEST_CASE_METHOD(StoreFixture, "one more file rewrites one leaf and the index") {
  auto entries = many(20000);
  Batch batch(store);
  TreeEntry before = write_tree(batch, entries);
  batch.commit();
  entries.push_back(file("file-10000x"));
  uint64_t objects = batch.objects();
  TreeEntry after = write_tree(batch, entries);
  batch.commit();
  CHECK(after.digest != before.digest);
  CHECK(batch.objects() - objects <= 3);
}

TEST_CASE("the border of splitting is 4096 entries, and leaves hold at most 8192") {
  auto sorted = [](size_t count) {
    auto entries = many(count);
    std::sort(entries.begin(), entries.end(),
              [](const TreeEntry& a, const TreeEntry& b) { return a.name < b.name; });
    return entries;
  };
  CHECK(leaf_starts(sorted(4096)).size() == 1);
  CHECK(leaf_starts(sorted(4097)).size() > 1);
  // Names that never cut by themselves.
  std::vector<TreeEntry> uncut;
  for (size_t i = 0; uncut.size() < 20000; ++i) {
    TreeEntry entry = file("n" + std::to_string(1000000 + i));
    bool cuts = entry.digest.bytes[31] == 0 && (entry.digest.bytes[30] & 3) == 0;
    if (!cuts) uncut.push_back(entry);
  }
  CHECK(leaf_starts(uncut) == std::vector<size_t>{0, 8192, 16384});
}

TEST_CASE_METHOD(StoreFixture, "an index that lies about its leaves is refused") {
  Batch batch(store);
  Digest leaf = batch.add(encode_tree(std::vector{file("a"), file("m")}));
  auto index = [&](std::vector<TreeEntry> leaves) { return batch.add(encode_tree(leaves)); };
  Digest wrong_name = index({{kLeafMode, leaf, 2, 2, "b"}});
  Digest wrong_size = index({{kLeafMode, leaf, 3, 2, "a"}});
  Digest overlap = index({{kLeafMode, leaf, 2, 2, "a"}, {kLeafMode, leaf, 2, 2, "g"}});
  Digest good = index({{kLeafMode, leaf, 2, 2, "a"}});
  Digest nested = index({{kLeafMode, good, 2, 2, "a"}});
  batch.commit();
  CHECK(read_tree(store, good).size() == 2);
  CHECK_THAT(error_of([&] { read_tree(store, wrong_name); }), Contains("begin"));
  CHECK_THAT(error_of([&] { read_tree(store, wrong_size); }), Contains("totals"));
  CHECK_THAT(error_of([&] { read_tree(store, overlap); }), Contains("overlaps"));
  CHECK_THAT(error_of([&] { read_tree(store, nested); }), Contains("is an index"));
}

TEST_CASE_METHOD(StoreFixture, "paths are found through directories") {
  Batch batch(store);
  TreeEntry inner = write_tree(batch, {file("x.csv", 9)});
  inner.name = "inner";
  TreeEntry outer = write_tree(batch, {inner, file("top")});
  batch.commit();
  CHECK(find_in_tree(store, outer.digest, "inner/x.csv")->size == 9);
  CHECK(find_in_tree(store, outer.digest, "inner")->is_directory());
  CHECK_FALSE(find_in_tree(store, outer.digest, "top/x.csv"));
  CHECK_FALSE(find_in_tree(store, outer.digest, "inner/none"));
}

TEST_CASE("no tree holds a name that no file system has") {
  // Kept in one byte somewhere, ".git" and 256 bytes more would become ".git".
  const std::string longest(255, 'a');
  CHECK_FALSE(store::bad_tree_name(longest));
  const std::string longer = ".git" + std::string(256, 'A');
  CHECK(store::bad_tree_name(longer));
  const std::vector<store::TreeEntry> entries = {{store::kFileMode, sha256("x"), 1, 1, longest}};
  std::string text = store::encode_tree(entries);
  CHECK(store::parse_tree(text, "t") == entries);
  text.replace(text.find(longest), longest.size(), longer);
  CHECK_THROWS_AS(store::parse_tree(text, "t"), Error);
}
