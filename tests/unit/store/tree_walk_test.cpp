#include "store/tree_walk.hpp"

#include <map>

#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;

namespace {

using Files = std::map<std::string, std::string>;  // path (a final "/": empty directory) -> bytes

TreeEntry write(Batch& batch, const Files& files) {
  std::map<std::string, Files> below;
  std::vector<TreeEntry> entries;
  for (const auto& [path, bytes] : files) {
    size_t slash = path.find('/');
    if (slash == std::string::npos) {
      entries.push_back({kFileMode, batch.add(bytes), bytes.size(), 1, path});
    } else if (slash + 1 == path.size()) {
      below[path.substr(0, slash)];
    } else {
      below[path.substr(0, slash)][path.substr(slash + 1)] = bytes;
    }
  }
  for (const auto& [name, inner] : below) {
    TreeEntry entry = write(batch, inner);
    entry.name = name;
    entries.push_back(entry);
  }
  return write_tree(batch, entries);
}

}  // namespace

struct WalkFixture : StoreFixture {
  Digest tree(const Files& files) {
    Batch batch(store);
    Digest digest = write(batch, files).digest;
    batch.commit();
    return digest;
  }
  std::string diff(const std::optional<Digest>& a, const std::optional<Digest>& b) {
    std::string text;
    diff_trees(store, a, b, [&](const TreeChange& change) {
      text += change.before ? (change.after ? "M " : "D ") : "A ";
      text += change.path + "\n";
    });
    return text;
  }
};

TEST_CASE_METHOD(WalkFixture, "a walk meets everything in order") {
  std::string seen;
  walk_tree(store, tree({{"b/x", "1"}, {"a", "2"}, {"e/", ""}}),
            [&](const std::string& path, const TreeEntry&) { seen += path + "\n"; });
  CHECK(seen == "a\nb\nb/x\ne\n");
}

TEST_CASE_METHOD(WalkFixture, "a diff names what was added, removed and changed") {
  Digest a = tree({{"same", "1"}, {"mod", "1"}, {"gone", "1"}, {"d/x", "1"}, {"d/y", "1"}});
  Digest b = tree({{"same", "1"}, {"mod", "2"}, {"new", "1"}, {"d/x", "1"}, {"d/z", "1"}});
  CHECK(diff(a, b) == "D d/y\nA d/z\nD gone\nM mod\nA new\n");
  CHECK(diff(a, a).empty());
  CHECK(diff(std::nullopt, tree({{"x/y", ""}})) == "A x/y\n");
  CHECK(diff(tree({{"x/y", ""}}), std::nullopt) == "D x/y\n");
}

TEST_CASE_METHOD(WalkFixture, "empty directories and changes of kind are seen") {
  CHECK(diff(tree({{"a", "1"}}), tree({{"a", "1"}, {"e/", ""}})) == "A e\n");
  CHECK(diff(tree({{"x", "1"}}), tree({{"x/y", "1"}})) == "M x\nA x/y\n");
}

TEST_CASE_METHOD(WalkFixture, "equal leaves are not opened") {
  Files files;
  for (int i = 0; i < 9000; ++i) files["f" + std::to_string(i)] = "";
  Digest a = tree(files);
  files["f4500"] = "changed";
  files["f4500a"] = "";
  Digest b = tree(files);
  auto parts_a = tree_parts(store, a), parts_b = tree_parts(store, b);
  size_t common = 0;
  for (const Digest& part : parts_a) {
    if (std::find(parts_b.begin(), parts_b.end(), part) == parts_b.end()) continue;
    ++common;
  }
  REQUIRE(common > 3);
  CHECK(diff(a, b) == "M f4500\nA f4500a\n");
  CHECK(diff(b, a) == "M f4500\nD f4500a\n");
}
