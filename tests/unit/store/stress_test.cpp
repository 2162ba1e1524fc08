// Threads with a store each, on one directory: adding, collecting without grace, reading, checking.
// What processes do to each other, in a form that ThreadSanitizer can watch (tests/fault/stress.sh
// does it with processes). MLO_STRESS_ROUNDS sets how often (default 25).
#include <algorithm>
#include <atomic>
#include <chrono>
#include <mutex>
#include <random>
#include <thread>

#include "store/fsck.hpp"
#include "store/gc.hpp"
#include "store/pack.hpp"
#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;

namespace {

/// What is referred to; a stand-in for pointers.
class Published final : public RootSource {
 public:
  void roots(Env&, const RootSink& sink) override {
    for (const Digest& digest : list()) sink({digest, RootKind::blob, "stress"});
  }
  void add(const Digest& digest) {
    std::lock_guard hold(mutex_);
    digests_.push_back(digest);
  }
  /// Drops a reference: its object may go from now on.
  void drop_one() {
    std::lock_guard hold(mutex_);
    if (digests_.size() > 20) digests_.erase(digests_.begin());
  }
  std::vector<Digest> list() {
    std::lock_guard hold(mutex_);
    return digests_;
  }

 private:
  std::mutex mutex_;
  std::vector<Digest> digests_;
};

size_t rounds() {
  const char* text = std::getenv("MLO_STRESS_ROUNDS");
  return text != nullptr ? std::strtoul(text, nullptr, 10) : 25;
}

struct Stress : StoreFixture {
  Published published;
  std::atomic<int> wrong = 0;
  std::atomic<bool> done = false;

  ObjectStore mine() {
    ObjectStore opened = ObjectStore::open(os.env, store.path());
    opened.set_lock_timeout(int64_t{120} * kSecond);
    return opened;
  }

  void add(unsigned seed) {
    ObjectStore here = mine();
    std::mt19937 random(seed);
    for (size_t round = 0; round < rounds(); ++round) {
      Batch batch(here);
      std::vector<Digest> added;
      for (int i = 0; i < 8; ++i) {
        // Few different contents: the same ones come back after they were collected.
        size_t size = random() % 8 == 0 ? kLooseSize : 40;
        added.push_back(batch.add(std::string(size, 'a') + std::to_string(random() % 60)));
      }
      auto hold = batch.commit();
      for (const Digest& digest : added) published.add(digest);
      for (const Digest& digest : added) {
        if (!here.contains(digest)) ++wrong;
      }
      hold.reset();
    }
  }

  void collect() {
    ObjectStore here = mine();
    RootSource* source[] = {&published};
    while (!done) {
      for (int i = 0; i < 5; ++i) published.drop_one();
      gc(os.env, here, source, {.grace = -test::kDay, .empty_trash = true});
      std::this_thread::sleep_for(std::chrono::milliseconds(3));
    }
  }

  // Only what was still referred to after it was read had to be there.
  void read() {
    ObjectStore here = mine();
    std::mt19937 random(7);
    while (!done) {
      std::vector<Digest> before = published.list();
      if (before.empty()) continue;
      const Digest& digest = before[random() % before.size()];
      FileLock hold = here.lock(LockKind::shared);
      std::vector<Digest> now = published.list();
      bool referred = std::find(now.begin(), now.end(), digest) != now.end();
      try {
        if (sha256(here.read(digest)) != digest) ++wrong;
      } catch (const Error&) {
        std::vector<Digest> after = published.list();
        referred = referred && std::find(after.begin(), after.end(), digest) != after.end();
        if (referred) ++wrong;
      }
    }
  }
};

}  // namespace

TEST_CASE_METHOD(Stress, "adding, collecting and reading lose nothing that is referred to") {
  std::thread collector([&] { collect(); });
  std::thread reader([&] { read(); });
  {
    std::thread one([&] { add(1); }), two([&] { add(2); });
    one.join();
    two.join();
  }
  done = true;
  collector.join();
  reader.join();
  CHECK(wrong == 0);
  ObjectStore after = mine();
  for (const Digest& digest : published.list()) CHECK(sha256(after.read(digest)) == digest);
  CHECK(fsck(os.env, after).clean());
}
