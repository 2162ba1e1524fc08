#include "store/fsck.hpp"

#include <algorithm>
#include <tuple>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/mark.hpp"
#include "store/object_check.hpp"
#include "store/repair.hpp"
#include "store/tree.hpp"

namespace mlo::store {
namespace {

class Fsck final : public FsckSink {
 public:
  Fsck(Env& env, ObjectStore& store, const FsckOptions& options)
      : env_(env), store_(store), options_(options) {}

  FsckReport run(std::span<Checker* const> checkers) {
    check_store();
    if (options_.repair) repair_store();
    FileLock hold = store_.lock(LockKind::shared);
    store_.reload();
    for (Checker* checker : checkers) {
      try {
        checker->check(env_, *this);
      } catch (const Error& error) {
        if (error.code() == Exit::interrupted) throw;
        problem({"unreadable", "", error.message()});
      }
    }
    std::vector<Root> missing = check_expected();
    // A tree that came back may name more that is missing.
    while (options_.repair && fetch(missing)) missing = check_expected();
    for (FsckProblem& found : expected_problems_) problem(std::move(found));
    sort(report_.problems);
    sort(report_.mended);
    return std::move(report_);
  }

  void problem(FsckProblem problem) override { report_.problems.push_back(std::move(problem)); }
  void expect(const Root& root) override { expected_.push_back(root); }

 private:
  // Threads found them in any order.
  static void sort(std::vector<FsckProblem>& problems) {
    std::sort(problems.begin(), problems.end(), [](const FsckProblem& a, const FsckProblem& b) {
      return std::tie(a.object, a.kind, a.detail) < std::tie(b.object, b.kind, b.detail);
    });
  }

  // The shared lock keeps gc from moving files away under the check; it is not held while repairing
  // waits for the exclusive one.
  void check_store() {
    FileLock hold = store_.lock(LockKind::shared);
    store_.reload();
    checked_ = check_objects(env_, store_, options_);
    report_.objects = checked_.objects;
    report_.bytes = checked_.bytes;
    report_.read_objects = checked_.read_objects;
    report_.read_bytes = checked_.read_bytes;
    report_.oldest_verified = checked_.oldest_verified;
    report_.packs = checked_.packs;
    report_.problems = std::move(checked_.problems);
    note_leftovers();
  }

  void repair_store() {
    RepairReport repaired = repair(env_, store_, checked_);
    report_.set_aside = std::move(repaired.set_aside);
    report_.salvaged = repaired.salvaged;
    auto mended = std::stable_partition(report_.problems.begin(), report_.problems.end(),
                                        [](const FsckProblem& found) { return !found.mendable; });
    report_.mended.assign(mended, report_.problems.end());
    report_.problems.erase(mended, report_.problems.end());
    checked_.bad.clear();
  }

  void note_leftovers() {
    for (const std::string& name : names_in(store_.inside("tmp"))) {
      report_.notes.push_back(quoted(store_.inside("tmp/" + name)) +
                              " is left from interrupted work, or being written; gc removes it");
    }
    for (const std::string& name : names_in(store_.inside("packs"))) {
      std::string file = store_.inside("packs/" + name);
      bool index = name.ends_with(".idx");
      bool orphan = name.ends_with(".pack") && !exists(file.substr(0, file.size() - 5) + ".idx");
      if (orphan) {
        report_.notes.push_back(quoted(file) + " is left from interrupted work; gc removes it");
        checked_.bad_packs.push_back(name.substr(0, name.size() - 5));
      } else if (!index && !name.ends_with(".pack")) {
        problem({"format", file, "this is not a file of the store"});
      }
    }
  }

  // Damage below a root was reported when the objects were hashed; here it only ends the descent.
  std::vector<Root> check_expected() {
    expected_problems_.clear();
    Marker marker(store_);
    marker.on_entry = [&](const Root& tree, const TreeEntry& entry) {
      if (entry.mode == kDirectoryMode || entry.mode == kLeafMode) return;
      auto size = present_size(store_, entry.digest);
      if (!size || *size == entry.size || checked_.bad.contains(entry.digest)) return;
      expected_problems_.push_back(
          {"format", tree.digest.text(),
           "the size of " + quoted(entry.name) + " is not that of its object"});
    };
    for (const Root& root : expected_) {
      env_.check_cancelled();
      try {
        marker.mark(root);
        check_totals(root);
      } catch (const Error& error) {
        if (error.code() == Exit::interrupted) throw;
        if (checked_.bad.contains(root.digest)) continue;
        expected_problems_.push_back({"damaged", root.digest.text(), error.message()});
      }
    }
    report_.trees = marker.trees();
    for (const Root& root : marker.missing()) {
      expected_problems_.push_back(
          {"missing", root.digest.text(), quoted(root.referrer) + " refers to it"});
    }
    return marker.missing();
  }

  // What the referrer says about the object against the object.
  void check_totals(const Root& root) {
    if ((!root.size && !root.files) || !store_.contains(root.digest)) return;
    uint64_t size = 0, files = 1;
    if (root.kind == RootKind::tree) {
      files = 0;
      ObjectView bytes = store_.view(root.digest);
      for (const TreeEntry& entry : parse_tree(bytes.text(), root.digest.text())) {
        size += entry.size;
        files += entry.count;
      }
    } else {
      size = store_.size_of(root.digest);
    }
    auto compare = [&](const std::optional<uint64_t>& said, uint64_t is, const char* what) {
      if (!said || *said == is) return;
      expected_problems_.push_back({"pointer", root.referrer,
                                    std::string(what) + " is " + std::to_string(*said) +
                                        ", that of the object " + std::to_string(is)});
    };
    compare(root.size, size, "its size");
    compare(root.files, files, "its number of files");
  }

  /// True when anything came.
  bool fetch(const std::vector<Root>& missing) {
    std::vector<Digest> wanted;
    for (const Root& root : missing) wanted.push_back(root.digest);
    uint64_t before = report_.fetched;
    for (ObjectSource* source : options_.sources) {
      std::sort(wanted.begin(), wanted.end());
      wanted.erase(std::unique(wanted.begin(), wanted.end()), wanted.end());
      if (wanted.empty()) break;
      try {
        std::vector<Digest> came = source->fetch(env_, store_, wanted);
        report_.fetched += came.size();
        std::sort(came.begin(), came.end());
        std::erase_if(wanted, [&](const Digest& digest) {
          return std::binary_search(came.begin(), came.end(), digest);
        });
      } catch (const Error& error) {
        if (error.code() == Exit::interrupted) throw;
        report_.notes.push_back("a remote could not be asked: " + error.message());
      }
    }
    store_.reload();
    return report_.fetched > before;
  }

  Env& env_;
  ObjectStore& store_;
  const FsckOptions& options_;
  FsckReport report_;
  ObjectCheck checked_;
  std::vector<Root> expected_;
  std::vector<FsckProblem> expected_problems_;
};

}  // namespace

FsckReport fsck(Env& env, ObjectStore& store, std::span<Checker* const> checkers,
                const FsckOptions& options) {
  return Fsck(env, store, options).run(checkers);
}

}  // namespace mlo::store
