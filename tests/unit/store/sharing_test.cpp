#include "store/sharing.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include "base/text.hpp"
#include "store/gc.hpp"
#include "store/pack.hpp"
#include "store_fixture.hpp"

using namespace mlo;
using namespace mlo::store;

namespace {

const std::string kLarge(kLooseSize, 'x');

/// The strictest umask while it lives.
struct ClosedUmask {
  mode_t before = ::umask(077);
  ~ClosedUmask() { ::umask(before); }
};

mode_t mode_of(const std::string& path) { return stat_of(path)->st_mode & 07777; }

}  // namespace

TEST_CASE("everything in a store that a group shares is open to the group") {
  ClosedUmask umask;
  test::TempDir dir;
  test::TestEnv os;
  ObjectStore store = ObjectStore::open(os.env, dir / "store", OpenStore::create);
  share_with_group(os.env, store.path());
  Batch batch(store);
  Digest small = batch.add("small"), large = batch.add(kLarge);
  batch.commit();
  store.register_workspace("/somewhere");
  std::string loose = *store.loose_path(large);
  for (const std::string& file :
       {loose, store.packs().all().at(0)->pack_file(), store.packs().all().at(0)->index_file(),
        store.path() + "/format", store.path() + "/lock",
        store.path() + "/workspaces/" + names_in(store.path() + "/workspaces").at(0)}) {
    INFO(file);
    CHECK((mode_of(file) & S_IRGRP) != 0);
  }
  CHECK((mode_of(std::string(parent_path(loose))) & 02070) == 02070);
  os.clock.advance(20 * test::kDay);
  std::string id = gc(os.env, store, {}, {}).trash_id;
  for (const char* below : {"", "/loose", "/packs"}) {
    CHECK((mode_of(store.path() + "/trash/" + id + below) & 02070) == 02070);
  }
  undo_gc(os.env, store);
  CHECK(store.read(small) == "small");
}

TEST_CASE("a store of one user stays as the umask made it") {
  ClosedUmask umask;
  test::TempDir dir;
  test::TestEnv os;
  ObjectStore store = ObjectStore::open(os.env, dir / "store", OpenStore::create);
  Batch batch(store);
  Digest large = batch.add(kLarge);
  batch.commit();
  CHECK(mode_of(*store.loose_path(large)) == 0400);
  CHECK((mode_of(dir / "store/loose") & 02077) == 0);
}

TEST_CASE_METHOD(StoreFixture, "sharing marks what is there already, and once") {
  Digest large = put(kLarge);
  std::string inner = dir / "store/loose/" + large.hex().substr(0, 2);
  CHECK((mode_of(inner) & S_ISGID) == 0);
  share_with_group(os.env, store.path());
  CHECK((mode_of(inner) & 02070) == 02070);
  posix_files().change_mode(inner, 0700);
  share_with_group(os.env, store.path());
  CHECK(mode_of(inner) == 0700);
}
