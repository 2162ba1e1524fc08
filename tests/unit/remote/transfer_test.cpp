// push and fetch over a remote in memory.
#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "support/error_of.hpp"
#include "unit/remote/transfer_fixture.hpp"

using namespace mlo;
using namespace mlo::test;
using remote::OpenRemote;

namespace {

std::vector<std::pair<std::string, std::string>> small_files() {
  std::vector<std::pair<std::string, std::string>> files = {{"empty", ""}, {"text", "a,b\n1,2\n"}};
  for (int i = 0; i < 40; ++i) {
    files.emplace_back("file-" + std::to_string(i), noise(3000 + 17 * i, 99 + i));
  }
  files.emplace_back("large", noise(3 << 20, 7));
  return files;
}

}  // namespace

TEST_CASE("what one clone pushes, another fetches") {
  const bool encrypted = GENERATE(false, true);
  CAPTURE(encrypted);
  MemoryFiles files;
  Clone one(files, encrypted), two(files, encrypted);
  const Digest root = one.add_tree(small_files());
  const auto pushed = one.push(root);
  CHECK(pushed.objects == 44);
  CHECK(pushed.packs == 1);
  CHECK_FALSE(pushed.nothing_new);
  CHECK(count_of(files, "manifests/") == 1);
  CHECK(count_of(files, "index/") == 1);

  two.reopen(OpenRemote::existing);
  const auto fetched = two.fetch(root);
  CHECK(fetched.objects == 44);
  CHECK(fetched.missing.empty());
  CHECK(two.whole(root));
  CHECK(store::fsck(two.test.env, two.store).clean());
  // mlo-remote, manifest, index, the tree, the files.
  CHECK(two.backend->requests() <= 7);
  if (encrypted) {
    for (const auto& [name, bytes] : files.files)
      CHECK(bytes.find("a,b\n1,2") == std::string::npos);
  }
}

TEST_CASE("nothing to do costs next to nothing") {
  MemoryFiles files;
  Clone one(files);
  const Digest root = one.add_tree(small_files());
  one.push(root);
  one.reopen();
  CHECK(one.push(root).nothing_new);
  CHECK(one.backend->requests() == 1);
  one.reopen();
  one.fetch(root);
  CHECK(one.backend->requests() == 0);

  Clone two(files);
  two.fetch(root);
  two.reopen();
  CHECK(two.push(root).nothing_new);
  CHECK(two.backend->requests() <= 2);
}

TEST_CASE("an unknown commit is certified without an upload of what is there") {
  MemoryFiles files;
  Clone one(files);
  auto contents = small_files();
  one.push(one.add_tree(contents));
  contents.emplace_back("more", "one file more");
  one.reopen();
  const auto second = one.push(one.add_tree(contents));
  CHECK(second.objects == 2);  // the file and the tree
  CHECK(second.packs == 1);
  CHECK(second.stored_bytes < 16384);
}

TEST_CASE("an insertion into a large file sends its neighbourhood only") {
  MemoryFiles files;
  Clone one(files), two(files);
  std::string bytes = noise(16 << 20, 3);
  one.push(one.add(bytes));
  const uint64_t before = bytes_of(files);
  bytes.insert(5'000'000, "a hundred bytes or so that were not there before");
  const Digest changed = one.add(bytes);
  one.push(changed);
  CHECK(bytes_of(files) - before < 300'000);
  two.fetch(changed);
  CHECK(two.whole(changed));
}

TEST_CASE("chunking off stores every object whole") {
  MemoryFiles files;
  Clone one(files), two(files);
  one.config.chunking = remote::Chunking::off;
  one.reopen();
  std::string bytes = noise(40 << 20, 5);
  const Digest root = one.add_tree({{"large", bytes}, {"small", "x"}});
  one.push(root);
  for (const std::string& name : one.remote->indexes().names()) CHECK(name.starts_with("index/"));
  const auto cut = one.remote->indexes().find_object(sha256(bytes));
  REQUIRE(cut);
  CHECK(cut->runs.size() == 1);
  CHECK(cut->runs[0].count == 3);
  CHECK(two.fetch(root).missing.empty());
  CHECK(two.whole(root));
}

TEST_CASE("objects above 64 MiB are put together in a file, and go on there") {
  MemoryFiles files;
  Clone one(files), two(files);
  // Half of it are zeros: one chunk, many times.
  const std::string bytes = noise(35 << 20, 11) + std::string(40 << 20, '\0');
  const Digest root = one.add(bytes);
  one.push(root);
  two.reopen().fault = RemoteFault::dies;
  two.backend->at = 6;
  CHECK_THROWS_AS(two.fetch(root), Error);
  CHECK_FALSE(two.store.contains(root));
  const auto part = stat_of(two.dir / ("cache/parts/" + root.hex()));
  REQUIRE(part);
  CHECK(part->st_size > 8 << 20);
  two.reopen();
  const auto report = two.fetch(root);
  CHECK(two.whole(root));
  CHECK(report.received_bytes < (36 << 20) - static_cast<uint64_t>(part->st_size) + (1 << 20));
  CHECK_FALSE(exists(two.dir / ("cache/parts/" + root.hex())));
}

TEST_CASE("a part whose bytes are wrong is not gone on with") {
  MemoryFiles files;
  Clone one(files), two(files);
  const std::string bytes = noise(65 << 20, 12);
  const Digest root = one.add(bytes);
  one.push(root);
  make_directories(posix_files(), two.dir / "cache/parts");
  two.dir.write("cache/parts/" + root.hex(), noise(100'000, 1));
  two.fetch(root);
  CHECK(two.whole(root));
}

TEST_CASE("small packs, many indexes, and their merging") {
  MemoryFiles files;
  Clone one(files), two(files);
  remote::PushOptions tiny;
  tiny.pack_size = 20'000;
  tiny.packs_per_index = 2;
  tiny.most_indexes = 4;
  const Digest root = one.add_tree(small_files());
  one.push(root, tiny);
  CHECK(count_of(files, "packs/") > 40);
  CHECK(count_of(files, "index/") > 20);
  CHECK(one.remote->live_indexes().size() <= 16);
  CHECK(two.fetch(root).missing.empty());
  CHECK(two.whole(root));
  // The manifest names the merged ones; the others need not be read.
  size_t read = 0;
  for (const std::string& request : two.backend->log()) read += request.starts_with("read index/");
  CHECK(read == one.remote->live_indexes().size());

  // Recipes survive the merging of indexes that do not describe all their packs.
  one.reopen();
  one.remote->indexes();
  one.remote->merge_indexes(1);
  Clone three(files);
  CHECK(three.fetch(root).missing.empty());
  CHECK(three.whole(root));
}

TEST_CASE("an interrupted push sends nothing again that an index names") {
  MemoryFiles files;
  Clone one(files, true);
  remote::PushOptions tiny;
  tiny.pack_size = 100'000;
  tiny.packs_per_index = 2;
  const Digest root = one.add_tree(small_files());
  one.backend->fault = RemoteFault::dies;
  one.backend->at = 25;
  CHECK_THROWS_AS(one.push(root, tiny), Error);
  CHECK(count_of(files, "manifests/") == 0);
  one.reopen();
  std::set<Digest> known;
  for (const Digest& pack : one.remote->indexes().packs()) known.insert(pack);
  CHECK(known.size() >= 2);
  one.push(root, tiny);
  // Each chunk lies in one pack of those that an index names.
  std::set<Digest> ids;
  size_t chunks = 0;
  for (const Digest& pack : one.remote->indexes().packs()) {
    for (const auto& chunk : one.remote->indexes().chunks_of(pack)) {
      ids.insert(chunk.id);
      ++chunks;
    }
  }
  CHECK(ids.size() == chunks);
}

TEST_CASE("packs that an interrupted push left unnamed are met again") {
  MemoryFiles files;
  Clone one(files);
  remote::PushOptions tiny;
  tiny.pack_size = 100'000;
  tiny.packs_per_index = 1000;
  const Digest root = one.add_tree(small_files());
  one.backend->fault = RemoteFault::dies;
  one.backend->at = 25;
  CHECK_THROWS_AS(one.push(root, tiny), Error);
  const size_t left = count_of(files, "packs/");
  CHECK(left > 10);
  one.reopen();
  const auto report = one.push(root, tiny);
  CHECK(report.packs == count_of(files, "packs/") - left);
}

TEST_CASE("an object that is nowhere stops a push before it begins") {
  MemoryFiles files;
  Clone one(files);
  const Digest root = one.add_tree({{"here", "here"}});
  store::Batch batch(one.store);
  const Digest broken =
      store::write_tree(batch, {{store::kFileMode, sha256("nowhere"), 7, 1, "nowhere"}}).digest;
  batch.commit();
  CHECK_THROWS_WITH(one.push(broken), Catch::Contains("is neither here nor in remote 'origin'"));
  CHECK(count_of(files, "packs/") == 0);
  CHECK(count_of(files, "manifests/") == 0);
  // What the remote has need not be here.
  one.push(root);
  Clone two(files);
  const Digest tree = one.add_tree({{"here", "here"}, {"more", "more"}});
  one.push(tree);
  remote::FetchOptions nothing;
  nothing.wants = [](const auto&, const auto&, const auto&) { return false; };
  two.fetch(tree, nothing);
  CHECK_FALSE(two.store.contains(sha256("here")));
  const Digest third = [&] {
    store::Batch own(two.store);
    auto entries = store::read_tree(two.store, tree);
    entries.push_back({store::kFileMode, own.add("new"), 3, 1, "new"});
    const Digest digest = store::write_tree(own, entries).digest;
    own.commit();
    return digest;
  }();
  CHECK(two.push(third).objects == 2);
}

TEST_CASE("a fetch takes what is wanted") {
  MemoryFiles files;
  Clone one(files), two(files);
  const Digest root = one.add_tree({{"a.csv", "aaa"}, {"b.bin", "bbbb"}, {"c.csv", "cc"}});
  one.push(root);
  remote::FetchOptions options;
  options.wants = [](const store::Root& from, const std::string& path,
                     const store::TreeEntry& entry) {
    CHECK(from.referrer == "data.mlo");
    CHECK(entry.name == path);
    return path.ends_with(".csv");
  };
  const auto report = two.fetch(root, options);
  CHECK(report.objects == 3);
  CHECK(two.store.contains(sha256("aaa")));
  CHECK_FALSE(two.store.contains(sha256("bbbb")));
}

TEST_CASE("what is missing in the remote is named") {
  MemoryFiles files;
  Clone one(files), two(files);
  one.push(one.add("something"));
  const auto report = two.fetch(sha256("never pushed"));
  REQUIRE(report.missing.size() == 1);
  CHECK(report.missing[0].digest == sha256("never pushed"));
  CHECK(report.missing[0].referrer == "data.mlo");
}

TEST_CASE("a dry run fetches trees and pushes nothing") {
  MemoryFiles files;
  Clone one(files), two(files);
  remote::PushOptions dry;
  dry.dry_run = true;
  const Digest root = one.add_tree(small_files());
  CHECK(one.push(root, dry).objects == 44);
  CHECK(files.files.empty());
  one.push(root);
  CHECK(one.push(root, dry).nothing_new);
  remote::FetchOptions options;
  options.dry_run = true;
  const auto report = two.fetch(root, options);
  CHECK(report.objects == 44);
  CHECK(two.store.contains(root));
  CHECK_FALSE(two.store.contains(sha256("a,b\n1,2\n")));
  // Nobody but the remote knows the size of a file that is a root itself, whole or cut.
  for (const std::string& bytes : {std::string("alone"), noise((1 << 20) + 5, 3)}) {
    const Digest file = one.add(bytes);
    one.push(file);
    two.reopen();
    CHECK(two.fetch(file, options).bytes == bytes.size());
  }
}

TEST_CASE("a listing that misses new files loses nothing") {
  MemoryFiles files;
  Clone one(files), two(files);
  const Digest root = one.add_tree(small_files());
  one.push(root);
  two.backend->unlisted = [](const std::string&) { return true; };
  // By the manifest's own names.
  CHECK(two.fetch(root).missing.empty());
  CHECK(two.whole(root));
  // A push that sees no index sends everything again, and what it certifies is there.
  Clone three(files);
  three.backend->unlisted = [](const std::string&) { return true; };
  auto contents = small_files();
  contents.emplace_back("more", "more");
  const Digest more = three.add_tree(contents);
  three.push(more);
  Clone four(files);
  CHECK(four.fetch(more).missing.empty());
  CHECK(four.whole(more));
}

TEST_CASE("two clones push at the same time") {
  MemoryFiles files;
  Clone one(files), two(files);
  auto first = small_files(), second = small_files();
  first.emplace_back("one", "of the first");
  second.emplace_back("two", "of the second");
  const Digest a = one.add_tree(first), b = two.add_tree(second);
  bool inside = false;
  // The second push runs in the middle of the first: after its listing, before its packs.
  one.backend->before = [&](const std::string& request) {
    if (!request.starts_with("put packs/") || std::exchange(inside, true)) return;
    two.push(b);
  };
  one.push(a);
  CHECK(inside);
  Clone three(files);
  CHECK(three.fetch(a).missing.empty());
  CHECK(three.fetch(b).missing.empty());
  CHECK(three.whole(a));
  CHECK(three.whole(b));
}

TEST_CASE("a remote that is made anew under the same name is noticed") {
  MemoryFiles files;
  Clone one(files);
  const Digest root = one.add_tree(small_files());
  one.push(root);
  files.files.clear();
  one.reopen();
  CHECK_FALSE(one.push(root).nothing_new);
  Clone two(files);
  CHECK(two.fetch(root).missing.empty());
  // Another one, encrypted.
  files.files.clear();
  one.config.encrypt = true;
  one.config.key_file = one.dir.write("key", std::string(32, 'k'));
  one.reopen();
  one.push(root);
  Clone three(files, true);
  CHECK(three.fetch(root).missing.empty());
  CHECK(three.whole(root));
}

TEST_CASE("keys of encrypted remotes") {
  MemoryFiles files;
  Clone one(files, true);
  one.config.key_file.clear();
  one.test.variables.values["MLO_PASSPHRASE"] = "correct horse";
  one.reopen();
  const Digest root = one.add("secret");
  one.push(root);
  SECTION("a wrong pass phrase") {
    Clone two(files, true);
    two.config.key_file.clear();
    two.reopen();
    two.test.variables.values["MLO_PASSPHRASE"] = "wrong";
    CHECK_THROWS_WITH(two.fetch(root), Catch::Contains("wrong pass phrase"));
  }
  SECTION("none") {
    Clone two(files, true);
    two.config.key_file.clear();
    two.reopen();
    CHECK_THROWS_WITH(two.fetch(root), Catch::Contains("pass phrase is not known"));
  }
  SECTION("a remote that should be encrypted and is not takes nothing") {
    MemoryFiles plain;
    Clone two(plain);
    two.push(two.add("public"));
    Clone three(plain, true);
    const uint64_t before = bytes_of(plain);
    CHECK_THROWS_WITH(three.push(three.add("secret")), Catch::Contains("is not encrypted"));
    CHECK(bytes_of(plain) == before);
  }
}

TEST_CASE("a remote that nobody pushed to says so") {
  MemoryFiles files;
  Clone one(files);
  one.reopen(OpenRemote::existing);
  CHECK_THROWS_WITH(one.fetch(sha256("x")),
                    Catch::Contains("nothing was pushed to remote 'origin'"));
}

TEST_CASE("every k-th request of a push may fail") {
  const auto fault =
      GENERATE(RemoteFault::fails, RemoteFault::half, RemoteFault::dies, RemoteFault::wrong_bytes);
  const bool encrypted = GENERATE(false, true);
  CAPTURE(static_cast<int>(fault), encrypted);
  remote::PushOptions tiny;
  tiny.pack_size = 30'000;
  tiny.packs_per_index = 2;
  tiny.most_indexes = 2;
  auto contents = small_files();
  contents.resize(12);
  contents.emplace_back("cut", noise((1 << 20) + 5, 21));
  for (uint64_t k = 1;; ++k) {
    CAPTURE(k);
    MemoryFiles files;
    Clone one(files, encrypted);
    // Something is there before, so that something is deduplicated.
    one.push(one.add_tree({contents[2], contents[3]}), tiny);
    const Digest root = one.add_tree(contents);
    one.reopen();
    one.backend->fault = fault;
    one.backend->at = k;
    bool failed = false;
    try {
      one.push(root, tiny);
    } catch (const Error&) {
      failed = true;
    }
    const bool met = one.backend->requests() >= k;
    // Either nothing is certified, or all is there.
    const bool certified =
        one.reopen().stat(one.remote->codec().manifest_name(Clone::commit(root))).has_value();
    if (!failed) CHECK(certified);
    if (certified) {
      Clone two(files, encrypted);
      CHECK(two.fetch(root).missing.empty());
      CHECK(two.whole(root));
    }
    one.reopen();
    one.push(root, tiny);
    Clone three(files, encrypted);
    CHECK(three.fetch(root).missing.empty());
    CHECK(three.whole(root));
    if (!met) break;
  }
}

TEST_CASE("every k-th request of a fetch may fail") {
  const auto fault = GENERATE(RemoteFault::fails, RemoteFault::dies, RemoteFault::wrong_bytes);
  CAPTURE(static_cast<int>(fault));
  MemoryFiles files;
  Clone one(files);
  remote::PushOptions tiny;
  tiny.pack_size = 30'000;
  tiny.packs_per_index = 2;
  const Digest root = one.add_tree(small_files());
  one.push(root, tiny);
  for (uint64_t k = 1;; ++k) {
    CAPTURE(k);
    Clone two(files);
    two.reopen(OpenRemote::existing);
    two.backend->fault = fault;
    two.backend->at = k;
    bool failed = false;
    try {
      const auto report = two.fetch(root);
      CHECK(report.missing.empty());
    } catch (const Error&) {
      failed = true;
    }
    const bool met = two.backend->requests() >= k;
    if (!failed) CHECK(two.whole(root));
    CHECK(store::fsck(two.test.env, two.store).clean());
    two.reopen();
    CHECK(two.fetch(root).missing.empty());
    CHECK(two.whole(root));
    if (!met) break;
    k += k / 16;
  }
}
