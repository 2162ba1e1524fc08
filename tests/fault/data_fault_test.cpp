// data add and data checkout.
#include <unistd.h>

#include <atomic>
#include <catch2/catch.hpp>
#include <cerrno>
#include <map>

#include "base/error.hpp"
#include "base/text.hpp"
#include "data/add.hpp"
#include "data/checkout.hpp"
#include "data/evict.hpp"
#include "data/move.hpp"
#include "data/pointers.hpp"
#include "data/status.hpp"
#include "store/batch.hpp"
#include "support/fault_driver.hpp"
#include "workspace_fixture.hpp"

using namespace mlo;
using namespace mlo::test;

namespace {

const std::string kLarge(store::kLooseSize + 100, 'L');

void write_first(const TempDir& dir) {
  dir.write("w/train.csv", "a,b\n1,2\n");
  dir.write("w/images/one", "one");
  dir.write("w/images/sub/two", kLarge);
  dir.write("w/images/run", "#!/bin/sh\n", 0755);
}

void write_second(const TempDir& dir) {
  dir.write("w/train.csv", "a,b\n1,2\n3,4\n");
  dir.write("w/images/one", "one, changed");
  dir.write("w/images/three", "three");
  ::unlink((dir / "w/images/run").c_str());
}

void add_both(TestEnv& test, const TempDir& dir) {
  auto workspace = open_workspace(test, dir);
  data::add(test.env, workspace, {.paths = {dir / "w/train.csv", dir / "w/images"}});
}

std::string pointer_text(const TempDir& dir, const std::string& path) {
  return read_file_if_exists(dir / ("w/" + path + ".mlo")).value_or("");
}

/// A disk that has room for the bytes and inodes of k - 1 files and no more.
class NoRoom final : public FaultyFiles {
 public:
  explicit NoRoom(uint64_t k) : FaultyFiles(posix_files(), Fault::none, 0), left_(k) {}
  Descriptor create(const At& place, Create how, mode_t mode) override {
    need("create", place.path);
    return FaultyFiles::create(place, how, mode);
  }
  void write(int fd, std::span<const std::byte> bytes, const std::string& name) override {
    need("write", name);
    FaultyFiles::write(fd, bytes, name);
  }
  void make_directory(const At& place, mode_t mode) override {
    if (place.path.find(".mlo") != std::string::npos) need("create directory", place.path);
    FaultyFiles::make_directory(place, mode);
  }

 private:
  void need(const char* call, const std::string& name) {
    if (left_ <= 1) throw system_error(std::string(call) + " " + quoted(name), ENOSPC);
    --left_;
  }
  std::atomic<uint64_t> left_;
};

using Snapshot = std::map<std::string, std::string>;

Snapshot files_of(const TempDir& dir) {
  Snapshot files;
  for (const char* name :
       {"train.csv", "images/one", "images/sub/two", "images/run", "images/three"}) {
    if (auto text = read_file_if_exists(dir / ("w/" + std::string(name)))) files[name] = *text;
  }
  return files;
}

/// The pointers that adding everything ends with.
struct Pointers {
  std::string train, images;
};

Pointers pointers_after(const std::function<void(const TempDir&)>& write) {
  TempDir dir;
  TestEnv test;
  make_workspace(test, dir);
  write(dir);
  add_both(test, dir);
  return {pointer_text(dir, "train.csv"), pointer_text(dir, "images")};
}

}  // namespace

TEST_CASE("data add survives every fault") {
  Pointers first = pointers_after(write_first);
  Pointers second = pointers_after([](const TempDir& dir) {
    write_first(dir);
    write_second(dir);
  });
  REQUIRE(first.train != second.train);
  REQUIRE(first.images != second.images);
  bool fresh = GENERATE(true, false);
  INFO((fresh ? "adding for the first time" : "adding changed data"));
  Pointers before = fresh ? Pointers{} : first, after = fresh ? first : second;
  auto setup = [&](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    write_first(dir);
    if (fresh) return;
    add_both(test, dir);
    write_second(dir);
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    Pointers now{pointer_text(dir, "train.csv"), pointer_text(dir, "images")};
    CHECK(
        (now.train == after.train || (outcome != Outcome::completed && now.train == before.train)));
    CHECK((now.images == after.images ||
           (outcome != Outcome::completed && now.images == before.images)));
    // The data itself is never touched.
    CHECK(files_of(dir).at("images/sub/two") == kLarge);
    if (outcome != Outcome::completed) return;
    CHECK(data::status(test.env, workspace, {}).clean());
    std::string ignored = read_file(dir / "w/.gitignore") +
                          read_file_if_exists(dir / "w/images/.gitignore").value_or("");
    CHECK(ignored.find("/train.csv\n") != std::string::npos);
    CHECK(ignored.find("/images\n") != std::string::npos);
  };
  for_every_fault("data add", {.setup = setup, .operation = add_both, .check = check});
}

TEST_CASE("data checkout survives every fault") {
  Snapshot old_files, new_files;
  {
    TempDir dir;
    write_first(dir);
    new_files = files_of(dir);
    write_second(dir);
    old_files = files_of(dir);
  }
  // The pointers say the first state, the work tree has the second: both are in the store.
  auto setup = [](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    write_first(dir);
    add_both(test, dir);
    std::string train = pointer_text(dir, "train.csv"), images = pointer_text(dir, "images");
    write_second(dir);
    add_both(test, dir);
    dir.write("w/train.csv.mlo", train);
    dir.write("w/images.mlo", images);
  };
  auto checkout = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    data::checkout(test.env, workspace, {});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    Snapshot files = files_of(dir);
    if (outcome == Outcome::completed) {
      CHECK((files == new_files));
      CHECK(data::status(test.env, workspace, {}).clean());
      return;
    }
    // Each file is the old one or the new one; what both states have is never gone.
    for (const auto& [name, text] : files) {
      INFO(name << " has " << text.size() << " bytes");
      auto was = old_files.find(name), becomes = new_files.find(name);
      CHECK(((was != old_files.end() && text == was->second) ||
             (becomes != new_files.end() && text == becomes->second)));
    }
    for (const auto& [name, text] : new_files) {
      INFO(name);
      CHECK((files.contains(name) || !old_files.contains(name)));
    }
  };
  // Power loss: a checkout is process-safe, not durable: its source is the store.
  for_every_fault("data checkout", {.setup = setup,
                                    .operation = checkout,
                                    .check = check,
                                    .without = {Fault::power_loss, Fault::torn_power_loss}});
  // What a power loss leaves is mended by repeating the command; the store is never hurt.
  bool again = false;  // set by the repetition only: the first time runs in a child that dies
  auto repeated = [&](TestEnv& test, const TempDir& dir, Outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    if (!std::exchange(again, false)) return;
    CHECK((files_of(dir) == new_files));
    CHECK(data::status(test.env, workspace, {}).clean());
  };
  auto twice = [&](TestEnv& test, const TempDir& dir) {
    checkout(test, dir);
    again = true;
  };
  for_every_fault("data checkout", {.setup = setup,
                                    .operation = twice,
                                    .check = repeated,
                                    .without = {Fault::io_error, Fault::no_space, Fault::full_disk,
                                                Fault::short_write, Fault::kill}});
}

TEST_CASE("on a full disk data checkout changes nothing") {
  Snapshot old_files, new_files;
  {
    TempDir dir;
    write_first(dir);
    new_files = files_of(dir);
    write_second(dir);
    old_files = files_of(dir);
  }
  auto setup = [](TestEnv& test, const TempDir& dir) {
    make_workspace(test, dir);
    write_first(dir);
    add_both(test, dir);
    std::string train = pointer_text(dir, "train.csv"), images = pointer_text(dir, "images");
    write_second(dir);
    add_both(test, dir);
    dir.write("w/train.csv.mlo", train);
    dir.write("w/images.mlo", images);
  };
  // The disk has room for k calls that need some; names cost none here, as every file of the work tree
  // takes the place of another or of its own temporary name.
  uint64_t failed = 0;
  for (uint64_t k = 1; k < 200; ++k) {
    TempDir dir;
    TestEnv test;
    setup(test, dir);
    NoRoom files(k);
    TestEnv faulty(files);
    repo::Workspace workspace = open_workspace(faulty, dir);
    try {
      data::checkout(faulty.env, workspace, {});
      break;
    } catch (const Error& error) {
      ++failed;
      INFO(k << ": " << error.message());
      CHECK(error.system_code() == ENOSPC);
      CHECK((files_of(dir) == old_files));
      CHECK_FALSE(exists(dir / "w/.mlo/checkout"));
    }
  }
  CHECK(failed >= 6);
}

namespace {

/// All files are at their places, or evicted, and checkout brings everything back.
void require_restorable(TestEnv& test, const TempDir& dir, const Snapshot& all) {
  auto workspace = open_workspace(test, dir);
  require_clean(test, workspace);
  for (const auto& [name, text] : files_of(dir)) CHECK((text == all.at(name)));
  data::checkout(test.env, workspace, {});
  CHECK((files_of(dir) == all));
}

Snapshot first_files() {
  TempDir dir;
  write_first(dir);
  return files_of(dir);
}

void add_first(TestEnv& test, const TempDir& dir) {
  make_workspace(test, dir);
  write_first(dir);
  add_both(test, dir);
}

}  // namespace

TEST_CASE("data evict survives every fault") {
  Snapshot all = first_files();
  auto evict = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    data::evict(test.env, workspace, {.paths = {dir / "w/images", dir / "w/train.csv"}});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    {
      auto workspace = open_workspace(test, dir);
      data::StatusReport status = data::status(test.env, workspace, {});
      // Never "deleted": what is gone is known to be evicted.
      CHECK(status.clean());
      if (outcome == Outcome::completed) CHECK(files_of(dir).empty());
    }
    if (outcome == Outcome::completed) require_restorable(test, dir, all);
  };
  for_every_fault("data evict", {.setup = add_first, .operation = evict, .check = check});
}

TEST_CASE("data move survives every fault") {
  Snapshot all = first_files();
  auto setup = [](TestEnv& test, const TempDir& dir) {
    add_first(test, dir);
    make_directories(posix_files(), dir / "w/to");
  };
  auto move = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    // Repeated after it was complete there is nothing left to move.
    if (!exists(dir / "w/images.mlo")) return;
    data::move(test.env, workspace, {.from = dir / "w/images", .to = dir / "w/to/pictures"});
  };
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    bool before = exists(dir / "w/images"), after = exists(dir / "w/to/pictures");
    CHECK(before != after);
    std::string place = before ? "w/images" : "w/to/pictures";
    CHECK(exists(dir / (place + ".mlo")));
    CHECK(read_file(dir / (place + "/sub/two")) == kLarge);
    CHECK(read_file(dir / (place + "/one")) == "one");
    if (outcome != Outcome::completed) return;
    CHECK(after);
    CHECK_FALSE(exists(dir / "w/images.mlo"));
    CHECK(data::status(test.env, workspace, {}).clean());
    CHECK(read_file(dir / "w/to/.gitignore") == "/pictures\n");
    CHECK(read_file(dir / "w/.gitignore").find("/images\n") == std::string::npos);
  };
  for_every_fault("data move", {.setup = setup, .operation = move, .check = check});
}

TEST_CASE("data remove survives every fault") {
  auto remove = [](TestEnv& test, const TempDir& dir) {
    auto workspace = open_workspace(test, dir);
    if (!exists(dir / "w/images.mlo")) return;
    data::remove(test.env, workspace, {.path = dir / "w/images"});
  };
  Snapshot all = first_files();
  auto check = [&](TestEnv& test, const TempDir& dir, Outcome outcome) {
    auto workspace = open_workspace(test, dir);
    require_clean(test, workspace);
    CHECK(read_file(dir / "w/train.csv") == all.at("train.csv"));
    if (outcome == Outcome::completed) {
      CHECK_FALSE(exists(dir / "w/images"));
      CHECK_FALSE(exists(dir / "w/images.mlo"));
      CHECK(data::status(test.env, workspace, {}).clean());
    } else if (exists(dir / "w/images.mlo")) {
      // As long as there is a pointer, it can be taken back.
      data::checkout(test.env, workspace, {});
      CHECK((files_of(dir) == all));
    }
  };
  for_every_fault("data remove", {.setup = add_first, .operation = remove, .check = check});
}
