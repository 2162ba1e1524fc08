#include "data/merge.hpp"

#include <catch2/catch.hpp>
#include <map>
#include <random>
#include <set>

#include "base/text.hpp"
#include "store/tree_walk.hpp"
#include "support/error_of.hpp"
#include "support/faulty_files.hpp"
#include "support/temp_dir.hpp"
#include "support/test_env.hpp"

using namespace mlo;
using namespace mlo::test;
using data::Favor;
using store::TreeEntry;

namespace {

/// Paths and contents; "x " in front of the content makes the file executable, "l " a link, and
/// a path that ends with '/' is an empty directory.
using Files = std::map<std::string, std::string>;

/// A thousand small trees: nothing here is about power cuts.
class UnsyncedFiles final : public FaultyFiles {
 public:
  UnsyncedFiles() : FaultyFiles(posix_files(), Fault::none, 0) {}
  void sync(int, const std::string&) override {}
};

struct MergeFixture {
  TempDir dir;
  UnsyncedFiles files;
  TestEnv test{files};
  store::ObjectStore store =
      store::ObjectStore::open(test.env, dir / "store", store::OpenStore::create);

  TreeEntry build(store::Batch& batch, const Files& files) {
    std::map<std::string, Files> below;
    std::vector<TreeEntry> entries;
    for (const auto& [path, content] : files) {
      size_t slash = path.find('/');
      if (slash != std::string::npos) {
        Files& inner = below[path.substr(0, slash)];
        if (slash + 1 < path.size()) inner[path.substr(slash + 1)] = content;
        continue;
      }
      uint32_t mode = content.starts_with("x ")   ? store::kExecutableMode
                      : content.starts_with("l ") ? store::kSymlinkMode
                                                  : store::kFileMode;
      entries.push_back({mode, sha256(content.substr(mode == store::kFileMode ? 0 : 2)),
                         content.size(), 1, path});
    }
    for (const auto& [name, inner] : below) {
      TreeEntry entry = build(batch, inner);
      entry.name = name;
      entries.push_back(entry);
    }
    return store::write_tree(batch, entries);
  }

  Digest tree(const Files& files) {
    store::Batch batch(store);
    Digest digest = build(batch, files).digest;
    batch.commit();
    return digest;
  }

  repo::Pointer pointer(const Files& files) {
    store::Batch batch(store);
    TreeEntry root = build(batch, files);
    batch.commit();
    return {repo::Pointer::Type::tree, root.digest, root.size, root.count};
  }

  /// The merged tree as "path mode digest", empty directories with a final slash; conflicts apart.
  std::map<std::string, std::string> merged(const std::optional<Files>& base, const Files& ours,
                                            const Files& theirs, Favor favor = Favor::neither) {
    store::Batch batch(store);
    auto base_tree = base ? std::optional(tree(*base)) : std::nullopt;
    data::TreeMerge merge =
        data::merge_trees(store, batch, base_tree, tree(ours), tree(theirs), favor);
    batch.commit();
    conflicts.clear();
    for (const auto& conflict : merge.conflicts) conflicts.push_back(conflict.path);
    last = merge;
    return listed(merge.root.digest);
  }

  std::map<std::string, std::string> listed(const Digest& root) {
    std::map<std::string, std::string> found;
    store::walk_tree(store, root, [&](const std::string& path, const TreeEntry& entry) {
      if (entry.is_directory() && entry.count == 0) found[path + "/"] = "";
      if (!entry.is_directory()) found[path] = std::to_string(entry.mode) + entry.digest.hex();
    });
    return found;
  }
  std::map<std::string, std::string> expected(const Files& files) { return listed(tree(files)); }

  std::vector<std::string> conflicts;
  data::TreeMerge last;
};

using Paths = std::vector<std::string>;

}  // namespace

TEST_CASE("changes of different paths come together, in subdirectories, too") {
  MergeFixture fixture;
  Files base = {{"a", "1"}, {"b", "2"}, {"d/x", "3"}, {"d/y", "4"}, {"gone/z", "5"}};
  Files ours = {{"a", "new"}, {"b", "2"},      {"d/x", "3"},
                {"d/y", "4"}, {"d/ours", "6"}, {"gone/z", "5"}};
  Files theirs = {{"a", "1"}, {"b", "x 2"}, {"d/x", "changed"}, {"e/f/g", "7"}};
  CHECK(fixture.merged(base, ours, theirs) ==
        fixture.expected(
            {{"a", "new"}, {"b", "x 2"}, {"d/x", "changed"}, {"d/ours", "6"}, {"e/f/g", "7"}}));
  CHECK(fixture.conflicts.empty());
  CHECK(fixture.last.root.count == 5);
}

TEST_CASE("the same change on both sides is one change") {
  MergeFixture fixture;
  Files base = {{"a", "1"}, {"b", "2"}};
  Files both = {{"a", "9"}, {"c", "3"}};
  CHECK(fixture.merged(base, both, both) == fixture.expected(both));
  CHECK(fixture.merged(std::nullopt, both, {{"a", "9"}, {"d", "4"}}) ==
        fixture.expected({{"a", "9"}, {"c", "3"}, {"d", "4"}}));
  CHECK(fixture.conflicts.empty());
}

TEST_CASE("a path that both sides changed differently is a conflict, by path and with both sides") {
  MergeFixture fixture;
  Files base = {{"a", "1"}, {"d/x", "2"}, {"d/y", "3"}, {"e", "4"}, {"same", "5"}};
  Files ours = {{"a", "ours"}, {"d/x", "2"}, {"d/y", "3"}, {"e/f", "6"}, {"same", "5"}, {"n", "o"}};
  Files theirs = {{"a", "theirs"}, {"e", "changed"}, {"same", "5"}, {"d/x", "more"}, {"n", "t"}};
  fixture.merged(base, ours, theirs);
  CHECK(fixture.conflicts == Paths{"a", "e", "n"});
  const data::MergeConflict& first = fixture.last.conflicts[0];
  CHECK(first.base->digest == sha256("1"));
  CHECK(first.ours->digest == sha256("ours"));
  CHECK(first.theirs->digest == sha256("theirs"));
  CHECK_FALSE(fixture.last.conflicts[2].base.has_value());
  CHECK(fixture.last.conflicts[1].ours->is_directory());
}

TEST_CASE("one side can be favoured, for the conflicts only") {
  MergeFixture fixture;
  Files base = {{"a", "1"}, {"b", "2"}, {"c", "3"}};
  Files ours = {{"a", "ours"}, {"b", "2"}, {"new", "4"}};
  Files theirs = {{"a", "theirs"}, {"b", "changed"}, {"c", "also"}};
  CHECK(fixture.merged(base, ours, theirs, Favor::ours) ==
        fixture.expected({{"a", "ours"}, {"b", "changed"}, {"new", "4"}}));
  CHECK(fixture.conflicts.empty());
  CHECK(fixture.merged(base, ours, theirs, Favor::theirs) ==
        fixture.expected({{"a", "theirs"}, {"b", "changed"}, {"c", "also"}, {"new", "4"}}));
}

TEST_CASE("a directory removed on one side and changed on the other conflicts where it changed") {
  MergeFixture fixture;
  Files base = {{"d/a", "1"}, {"d/b", "2"}, {"k", "3"}};
  CHECK(fixture.merged(base, {{"k", "3"}}, {{"d/a", "1"}, {"d/b", "changed"}, {"k", "3"}}) ==
        fixture.expected({{"k", "3"}}));  // ours at the conflict
  CHECK(fixture.conflicts == Paths{"d/b"});
  CHECK(
      fixture.merged(base, {{"k", "3"}}, {{"d/a", "1"}, {"d/b", "2"}, {"d/c", "n"}, {"k", "3"}}) ==
      fixture.expected({{"d/c", "n"}, {"k", "3"}}));
  CHECK(fixture.conflicts.empty());
}

TEST_CASE("empty directories are kept where both sides have them or one added them") {
  MergeFixture fixture;
  CHECK(fixture.merged(Files{{"a", "1"}}, {{"a", "1"}, {"o/", ""}}, {{"a", "1"}, {"t/", ""}}) ==
        fixture.expected({{"a", "1"}, {"o/", ""}, {"t/", ""}}));
  CHECK(fixture.merged(Files{{"a", "1"}, {"d/", ""}}, {{"a", "2"}, {"d/", ""}}, {{"a", "1"}}) ==
        fixture.expected({{"a", "2"}}));
  CHECK(fixture.merged(Files{{"d/x", "1"}, {"d/y", "2"}}, {{"d/x", "1"}}, {{"d/y", "2"}}) ==
        fixture.expected({{"d/", ""}}));
}

TEST_CASE("the executable bit and the content of a file are merged apart, links are not") {
  MergeFixture fixture;
  CHECK(fixture.merged(Files{{"a", "run"}}, {{"a", "x run"}}, {{"a", "changed"}}) ==
        fixture.expected({{"a", "x changed"}}));
  CHECK(fixture.conflicts.empty());
  fixture.merged(Files{{"a", "target"}}, {{"a", "l target"}}, {{"a", "other"}});
  CHECK(fixture.conflicts == Paths{"a"});
}

TEST_CASE("a directory of 10,000 files merges as if both sides had been added to it at once") {
  MergeFixture fixture;
  Files base;
  for (int i = 0; i < 10000; ++i) base["f" + std::to_string(i)] = std::to_string(i);
  Files ours = base, theirs = base, both = base;
  for (int i = 0; i < 300; ++i) {
    std::string n = std::to_string(i);
    ours["ours" + n] = both["ours" + n] = n;
    theirs["theirs" + n] = both["theirs" + n] = n;
    ours["f" + n] = both["f" + n] = "changed";
    theirs.erase("f" + std::to_string(5000 + i));
    both.erase("f" + std::to_string(5000 + i));
  }
  Digest wanted = fixture.tree(both);
  fixture.merged(base, ours, theirs);
  CHECK(fixture.conflicts.empty());
  CHECK(fixture.last.root.digest == wanted);
}

namespace {

/// Directories are named d0 to d3 and files f0 to f9, so no path is both.
std::string random_path(std::mt19937& random) {
  std::string path;
  for (unsigned depth = random() % 3; depth > 0; --depth) {
    path += "d" + std::to_string(random() % 4) + "/";
  }
  return path + "f" + std::to_string(random() % 10);
}

void change(std::mt19937& random, Files& files, const std::string& path) {
  if (random() % 3 == 0) {
    files.erase(path);
  } else {
    files[path] = std::to_string(random() % 4);
  }
}

std::optional<std::string> at(const Files& files, const std::string& path) {
  auto found = files.find(path);
  return found == files.end() ? std::nullopt : std::optional(found->second);
}

void drop_empty(std::map<std::string, std::string>& listed) {
  std::erase_if(listed, [](const auto& entry) { return entry.first.ends_with('/'); });
}

}  // namespace

TEST_CASE("a merge is both sets of changes, and its conflicts are where they disagree") {
  for (unsigned seed = 0; seed < 100; ++seed) {
    MergeFixture fixture;
    std::mt19937 random(seed);
    Files base, ours, theirs, wanted;
    for (int i = 0; i < 30; ++i) base[random_path(random)] = std::to_string(random() % 4);
    ours = theirs = base;
    for (unsigned i = random() % 15; i > 0; --i) change(random, ours, random_path(random));
    for (unsigned i = random() % 15; i > 0; --i) change(random, theirs, random_path(random));
    std::set<std::string> paths, disagreed;
    for (const Files* side : {&base, &ours, &theirs}) {
      for (const auto& [path, content] : *side) paths.insert(path);
    }
    for (const std::string& path : paths) {
      auto b = at(base, path), o = at(ours, path), t = at(theirs, path);
      auto result = o == b ? t : o;
      if (o != b && t != b && o != t) disagreed.insert(path);
      if (result) wanted[path] = *result;
    }
    INFO("seed " << seed);
    auto merged = fixture.merged(base, ours, theirs);
    drop_empty(merged);
    REQUIRE(merged == fixture.expected(wanted));
    REQUIRE(std::set(fixture.conflicts.begin(), fixture.conflicts.end()) == disagreed);
    // The other way round gives the same conflicts, and the same tree where there are none.
    auto reversed = fixture.merged(base, theirs, ours);
    drop_empty(reversed);
    REQUIRE(std::set(fixture.conflicts.begin(), fixture.conflicts.end()) == disagreed);
    if (disagreed.empty()) REQUIRE(reversed == merged);
  }
}

TEST_CASE("pointers: one side changed, both the same, both differently") {
  MergeFixture fixture;
  repo::Pointer base{repo::Pointer::Type::file, sha256("1"), 1, 1};
  repo::Pointer ours{repo::Pointer::Type::file, sha256("2"), 1, 1};
  repo::Pointer theirs{repo::Pointer::Type::file, sha256("3"), 1, 1};
  CHECK(data::merge_pointers(fixture.store, base, ours, base).merged == ours);
  CHECK(data::merge_pointers(fixture.store, base, base, theirs).merged == theirs);
  CHECK(data::merge_pointers(fixture.store, base, ours, ours).merged == ours);
  CHECK(data::merge_pointers(fixture.store, std::nullopt, ours, ours).merged == ours);
  data::PointerMerge both = data::merge_pointers(fixture.store, base, ours, theirs);
  CHECK_FALSE(both.merged.has_value());
  REQUIRE(both.conflicts.size() == 1);
  CHECK(both.conflicts[0].path == "");
  CHECK(data::merge_pointers(fixture.store, base, ours, theirs, Favor::theirs).merged == theirs);
}

TEST_CASE("pointers of trees merge into one whose tree is in the store") {
  MergeFixture fixture;
  repo::Pointer base = fixture.pointer({{"a", "1"}});
  repo::Pointer ours = fixture.pointer({{"a", "1"}, {"b", "22"}});
  repo::Pointer theirs = fixture.pointer({{"a", "1"}, {"c", "333"}});
  data::PointerMerge merge = data::merge_pointers(fixture.store, base, ours, theirs);
  REQUIRE(merge.merged.has_value());
  CHECK(*merge.merged == fixture.pointer({{"a", "1"}, {"b", "22"}, {"c", "333"}}));
  store::ObjectStore again =
      store::ObjectStore::open(fixture.test.env, fixture.dir / "store", store::OpenStore::existing);
  CHECK(store::read_tree(again, merge.merged->digest).size() == 3);
}

namespace {

repo::Source version(const std::string& etag) {
  repo::Source source;
  source.url = "https://example.org/data";
  source.etag = etag;
  return source;
}

}  // namespace

TEST_CASE("merging trees keeps what an import from DVC said, by the usual rule") {
  MergeFixture fixture;
  auto said = [](const char* text) { return format::Value::object().set("desc", text); };
  repo::Pointer base = fixture.pointer({{"a", "1"}});
  repo::Pointer ours = fixture.pointer({{"a", "1"}, {"b", "2"}});
  repo::Pointer theirs = fixture.pointer({{"a", "1"}, {"c", "3"}});
  base.dvc = ours.dvc = theirs.dvc = said("old");
  auto merge = [&](Favor favor = Favor::neither) {
    return data::merge_pointers(fixture.store, base, ours, theirs, favor);
  };
  CHECK(merge().merged.value().dvc == said("old"));
  theirs.dvc = said("new");
  CHECK(merge().merged.value().dvc == said("new"));
  CHECK(merge().merged.value().files == 3);
  ours.dvc = said("other");
  REQUIRE(merge().conflicts.size() == 1);
  CHECK(merge().conflicts[0].mapping == "dvc");
  CHECK(merge(Favor::ours).merged.value().dvc == said("other"));
  CHECK(merge(Favor::theirs).merged.value().dvc == said("new"));
  // Content of one side, annotations of the other.
  ours = base;
  ours.dvc = said("other");
  theirs.dvc = base.dvc;
  CHECK(merge().merged.value().same_content(theirs));
  CHECK(merge().merged.value().dvc == said("other"));
}

TEST_CASE("a source goes with the content that came from it") {
  MergeFixture fixture;
  repo::Pointer base = fixture.pointer({{"a", "1"}});
  repo::Pointer ours = fixture.pointer({{"a", "1"}, {"b", "2"}});
  repo::Pointer theirs = fixture.pointer({{"a", "1"}, {"c", "3"}});
  auto merge = [&](Favor favor = Favor::neither) {
    return data::merge_pointers(fixture.store, base, ours, theirs, favor);
  };
  base.source = version("1");
  theirs.source = version("2");
  // Ours is a change of the imported data; together they are no version of the source.
  CHECK_FALSE(merge().merged.value().source.has_value());
  ours.source = version("3");
  REQUIRE(merge().conflicts.size() == 1);
  CHECK(merge().conflicts[0].mapping == "source");
  CHECK(merge(Favor::theirs).merged.value().source == version("2"));
  ours = base;
  CHECK(merge().merged == theirs);
  // The same content, asked for anew on one side only.
  theirs = base;
  theirs.source = version("2");
  CHECK(merge().merged == theirs);
  ours.source = version("3");
  CHECK(merge().conflicts.at(0).mapping == "source");
}

TEST_CASE("a merge whose trees are not in the store says which object is missing") {
  MergeFixture fixture;
  repo::Pointer base = fixture.pointer({{"a", "1"}});
  repo::Pointer ours = fixture.pointer({{"b", "1"}});
  repo::Pointer theirs{repo::Pointer::Type::tree, sha256("elsewhere"), 1, 1};
  CHECK(message_of([&] {
          data::merge_pointers(fixture.store, base, ours, theirs);
        }).find("is not in the store") != std::string::npos);
}
