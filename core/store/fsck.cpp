#include "store/fsck.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <tuple>
#include <unordered_map>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"
#include "store/mark.hpp"
#include "store/pack.hpp"
#include "store/tree.hpp"

namespace mlo::store {

class Fsck final : public FsckSink {
 public:
  Fsck(Env& env, ObjectStore& store) : env_(env), store_(store) {}

  FsckReport run(std::span<Checker* const> checkers) {
    store_.reload();
    check_loose();
    check_packs();
    note_leftovers();
    for (Checker* checker : checkers) {
      try {
        checker->check(env_, *this);
      } catch (const Error& error) {
        if (error.code() == Exit::interrupted) throw;
        problem({"unreadable", "", error.message()});
      }
    }
    check_expected();
    // Threads found them in any order.
    std::sort(report_.problems.begin(), report_.problems.end(),
              [](const FsckProblem& a, const FsckProblem& b) {
                return std::tie(a.object, a.kind, a.detail) < std::tie(b.object, b.kind, b.detail);
              });
    return std::move(report_);
  }

  void problem(FsckProblem problem) override {
    std::lock_guard hold(mutex_);
    report_.problems.push_back(std::move(problem));
  }
  void expect(const Root& root) override { expected_.push_back(root); }

 private:
  void found(const Digest& digest, uint64_t size, bool good) {
    std::lock_guard hold(mutex_);
    ++report_.objects;
    report_.bytes += size;
    auto [place, fresh] = good_.emplace(digest, good);
    // One good copy suffices to read it only when it is the one that readers find; stay strict.
    if (!fresh) place->second = place->second && good;
  }

  void check_loose() {
    std::vector<std::pair<std::string, Digest>> files;
    for_each_loose(store_.path(), "", [&](const std::string& file, const Digest* digest) {
      if (digest != nullptr) {
        files.emplace_back(file, *digest);
      } else {
        problem({"format", file, "this is not an object of the store"});
      }
    });
    parallel_for(files.size(), [&](size_t i) {
      env_.check_cancelled();
      const auto& [file, digest] = files[i];
      try {
        uint64_t size = 0;
        bool good = sha256_of(open_read(file).get(), file, &size) == digest;
        found(digest, size, good);
        if (!good) problem({"damaged", digest.text(), quoted(file) + " has another digest"});
      } catch (const Error& error) {
        found(digest, 0, false);
        problem({"unreadable", digest.text(), error.message()});
      }
    });
  }

  void check_packs() {
    for (const std::string& broken : store_.packs().broken()) {
      problem({"damaged", "", broken});
    }
    auto packs = store_.packs().all();
    report_.packs = packs.size();
    parallel_for(packs.size(), [&](size_t i) {
      env_.check_cancelled();
      try {
        check_pack(*packs[i]);
      } catch (const Error& error) {
        if (error.code() == Exit::interrupted) throw;
        problem({"damaged", packs[i]->pack_file(), error.message()});
      }
    });
  }

  void check_pack(const Pack& pack) {
    std::span<const std::byte> index = pack.index_bytes();
    Digest sum = sha256(index.first(index.size() - 32));
    if (std::memcmp(sum.bytes.data(), index.data() + index.size() - 32, 32) != 0 ||
        sum.hex() != pack.name()) {
      problem({"damaged", pack.index_file(), "its checksum is not its name"});
    }
    std::unordered_map<Digest, PackEntry> indexed;
    for (size_t i = 0; i < pack.size(); ++i) {
      PackEntry entry = pack.entry(i);
      if (i > 0 && !(pack.entry(i - 1).digest < entry.digest)) {
        problem({"damaged", pack.index_file(), "its entries are out of order"});
      }
      indexed.emplace(entry.digest, entry);
    }
    auto mapping = pack.mapping();
    scan_pack(mapping->bytes(), pack.pack_file(), [&](const PackEntry& record) {
      check_record(pack, mapping->bytes().subspan(record.offset, record.size), record, indexed);
    });
    for (const auto& [digest, entry] : indexed) {
      problem({"missing", digest.text(),
               "it is in " + quoted(pack.index_file()) + " but not in the pack"});
    }
  }

  void check_record(const Pack& pack, std::span<const std::byte> bytes, const PackEntry& record,
                    std::unordered_map<Digest, PackEntry>& indexed) {
    bool good = sha256(bytes) == record.digest;
    if (!good) {
      problem({"damaged", record.digest.text(),
               quoted(pack.pack_file()) + " at byte " + std::to_string(record.offset) +
                   " has another digest"});
    }
    auto entry = indexed.find(record.digest);
    if (entry == indexed.end()) {
      problem({"damaged", record.digest.text(),
               "it is in " + quoted(pack.pack_file()) + " but not in its index"});
    } else {
      if (entry->second.offset != record.offset || entry->second.size != record.size) {
        problem({"damaged", record.digest.text(),
                 quoted(pack.index_file()) + " has another place for it than the pack"});
      }
      indexed.erase(entry);
    }
    found(record.digest, record.size, good);
  }

  void note_leftovers() {
    std::lock_guard hold(mutex_);
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
      } else if (!index && !name.ends_with(".pack")) {
        report_.problems.push_back({"format", file, "this is not a file of the store"});
      }
    }
  }

  // Damage below a root was reported when the objects were hashed; here it only ends the descent.
  void check_expected() {
    Marker marker(store_);
    marker.on_entry = [&](const Root& tree, const TreeEntry& entry) {
      if (entry.mode == kDirectoryMode || entry.mode == kLeafMode) return;
      auto stat = store_.stat(entry.digest);
      if (stat && stat->size != entry.size) {
        problem({"format", tree.digest.text(),
                 "the size of " + quoted(entry.name) + " is not that of its object"});
      }
    };
    for (const Root& root : expected_) {
      env_.check_cancelled();
      try {
        marker.mark(root);
      } catch (const Error& error) {
        auto known = good_.find(root.digest);
        bool reported = known != good_.end() && !known->second;
        if (!reported) problem({"damaged", root.digest.text(), error.message()});
      }
    }
    report_.trees = marker.trees();
    for (const Root& root : marker.missing()) {
      problem({"missing", root.digest.text(), quoted(root.referrer) + " refers to it"});
    }
  }

  Env& env_;
  ObjectStore& store_;
  std::mutex mutex_;
  FsckReport report_;
  std::unordered_map<Digest, bool> good_;
  std::vector<Root> expected_;
};

FsckReport fsck(Env& env, ObjectStore& store, std::span<Checker* const> checkers) {
  // Keeps gc from moving files away under the check.
  FileLock hold = store.lock(LockKind::shared);
  return Fsck(env, store).run(checkers);
}

}  // namespace mlo::store
