// gc of a remote, alone and between the requests of a push.
#include "remote/remote_gc.hpp"

#include <catch2/catch.hpp>
#include <set>

#include "unit/remote/transfer_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

constexpr int64_t kDay = int64_t{86400} * 1'000'000'000;

remote::RemoteGcReport gc(Clone& clone, const std::set<std::string>& keep, bool act = true) {
  clone.reopen();
  remote::RemoteGcOptions options;
  options.keep = [&](const remote::Manifest& manifest) {
    return keep.contains(manifest.certifies);
  };
  options.dry_run = !act;
  return remote::remote_gc(clone.test.env, *clone.remote, options);
}

void pass_days(Clone& clone, int days) { clone.test.clock.advance(days * kDay); }

std::vector<std::pair<std::string, std::string>> contents(int seed, size_t count = 10) {
  std::vector<std::pair<std::string, std::string>> files;
  for (size_t i = 0; i < count; ++i) {
    files.emplace_back("f" + std::to_string(i), noise(5000, seed * 100 + i + 1));
  }
  return files;
}

bool fetches(MemoryFiles& files, const Digest& root) {
  Clone fresh(files);
  return fresh.fetch(root).missing.empty() && fresh.whole(root);
}

}  // namespace

TEST_CASE("gc leaves indexes as they are where the merged one would be too large") {
  MemoryFiles files;
  Clone one(files);
  std::set<std::string> keep;
  for (int i = 0; i < 10; ++i) {
    const Digest tree = one.add_tree(contents(i));
    one.push(tree);
    keep.insert(Clone::commit(tree));
    one.reopen();
  }
  CHECK(count_of(files, "index/") == 10);
  remote::RemoteGcOptions options;
  options.keep = [&](const remote::Manifest& manifest) {
    return keep.contains(manifest.certifies);
  };
  options.dry_run = false;
  options.largest_index = 100;
  remote::remote_gc(one.test.env, *one.remote, options);
  CHECK(count_of(files, "index/") == 10);
  one.reopen();
  options.largest_index = remote::kMostFile;
  remote::remote_gc(one.test.env, *one.remote, options);
  CHECK(count_of(files, "index/") == 1);
}

TEST_CASE("gc of a remote takes two runs and a grace period") {
  MemoryFiles files;
  Clone one(files);
  const Digest old = one.add_tree(contents(1)), now = one.add_tree(contents(2));
  one.push(old);
  one.reopen();
  one.push(now);
  const std::set<std::string> keep = {Clone::commit(now)};
  // Young manifests stay, whatever was said.
  CHECK(gc(one, keep).dropped_manifests.empty());
  pass_days(one, 15);
  const auto before = files.files;
  const auto dry = gc(one, keep, false);
  CHECK(dry.dropped_manifests == std::vector{Clone::commit(old)});
  CHECK(dry.marked_packs == 1);
  CHECK((files.files == before));

  const auto first = gc(one, keep);
  CHECK(first.marked_packs == 1);
  CHECK(first.removed_packs == 0);
  CHECK(count_of(files, "packs/") == 2);
  CHECK(gc(one, keep).waiting_packs == 1);
  pass_days(one, 15);
  const auto second = gc(one, keep);
  CHECK(second.removed_packs == 1);
  CHECK(count_of(files, "packs/") == 1);
  CHECK(count_of(files, "index/") == 1);
  CHECK(count_of(files, "tombstones/") == 1);
  pass_days(one, 15);
  gc(one, keep);
  CHECK(count_of(files, "tombstones/") == 0);
  CHECK(fetches(files, now));
  // The same data again: all of it is sent.
  one.reopen();
  CHECK(one.push(old).packs == 1);
  CHECK(fetches(files, old));
}

TEST_CASE("data in packs that wait for deletion is sent again under other names") {
  MemoryFiles files;
  Clone one(files), two(files);
  const Digest root = one.add_tree(contents(1));
  one.push(root);
  pass_days(one, 15);
  CHECK(gc(one, {}).marked_packs == 1);
  const Digest same = two.add_tree(contents(1));
  REQUIRE(same == root);
  CHECK(two.push(same).packs == 1);
  CHECK(count_of(files, "packs/") == 2);
  pass_days(one, 15);
  two.test.clock.set(one.test.clock.now());
  gc(one, {Clone::commit(root)});
  CHECK(count_of(files, "packs/") == 1);
  CHECK(fetches(files, root));
}

TEST_CASE("a pack that a newer manifest uses loses its tombstone") {
  MemoryFiles files;
  Clone one(files), two(files);
  const Digest root = one.add_tree(contents(1));
  one.push(root);
  pass_days(one, 15);
  two.test.clock.set(one.test.clock.now());
  // The push lists tombstones before gc puts one.
  bool inside = false;
  auto more = contents(1);
  more.emplace_back("more", "more");
  const Digest next = two.add_tree(more);
  two.backend->before = [&](const std::string& request) {
    if (request.starts_with("put manifests/") && !std::exchange(inside, true)) gc(one, {});
  };
  two.push(next);
  REQUIRE(inside);
  CHECK(count_of(files, "tombstones/") >= 1);
  pass_days(one, 15);
  CHECK(gc(one, {Clone::commit(next)}).revived_packs >= 1);
  CHECK(count_of(files, "tombstones/") == 0);
  CHECK(fetches(files, next));
}

TEST_CASE("gc before every request of a push loses nothing that it certifies") {
  // Once as the first phase, once as the second: the tombstone is old by then.
  const bool second = GENERATE(false, true);
  CAPTURE(second);
  for (uint64_t k = 1;; ++k) {
    CAPTURE(k);
    MemoryFiles files;
    Clone one(files), two(files);
    const Digest root = one.add_tree(contents(1));
    one.push(root);
    pass_days(one, 15);
    if (second) {
      gc(one, {});
      pass_days(one, 15);
    }
    two.test.clock.set(one.test.clock.now());
    auto more = contents(1);
    more.emplace_back("more", "more");
    const Digest next = two.add_tree(more);
    two.reopen();
    uint64_t number = 0;
    two.backend->before = [&](const std::string&) {
      if (++number == k) gc(one, {});
    };
    two.push(next);
    CHECK(fetches(files, next));
    // And whatever gc does later, as long as the commit is kept.
    for (int run = 0; run < 3; ++run) {
      pass_days(one, 15);
      CHECK(gc(one, {Clone::commit(next)}).missing_packs.empty());
    }
    CHECK(fetches(files, next));
    if (number < k) break;
  }
}

TEST_CASE("gc of a remote may fail at every request") {
  const auto fault = GENERATE(RemoteFault::fails, RemoteFault::half, RemoteFault::dies);
  CAPTURE(static_cast<int>(fault));
  for (uint64_t k = 1;; ++k) {
    CAPTURE(k);
    MemoryFiles files;
    Clone one(files);
    const Digest old = one.add_tree(contents(1)), now = one.add_tree(contents(2));
    one.push(old);
    one.push(now);
    pass_days(one, 15);
    const std::set<std::string> keep = {Clone::commit(now)};
    gc(one, keep);
    pass_days(one, 15);
    one.reopen();
    one.backend->fault = fault;
    one.backend->at = k;
    remote::RemoteGcOptions options;
    options.dry_run = false;
    options.keep = [&](const remote::Manifest& m) { return keep.contains(m.certifies); };
    try {
      remote::remote_gc(one.test.env, *one.remote, options);
    } catch (const Error&) {
    }
    const bool met = one.backend->requests() >= k;
    CHECK(fetches(files, now));
    for (int run = 0; run < 3; ++run) {
      pass_days(one, 15);
      gc(one, keep);
    }
    CHECK(count_of(files, "packs/") == 1);
    CHECK(count_of(files, "tombstones/") == 0);
    CHECK(fetches(files, now));
    if (!met) break;
  }
}
