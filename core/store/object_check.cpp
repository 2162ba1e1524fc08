#include "store/object_check.hpp"

#include <algorithm>
#include <cstring>
#include <mutex>
#include <random>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "store/directory.hpp"
#include "store/pack.hpp"
#include "store/verified.hpp"

namespace mlo::store {
namespace {

// What one thread hashes at a time: long enough to be worth a hand-over, short enough that the last
// piece keeps nobody waiting.
constexpr uint64_t kPiece = 4 << 20;

/// Says which objects of a sample to read; everything when there is no sample.
class Sample {
 public:
  explicit Sample(const std::optional<double>& share)
      : limit_(share ? static_cast<uint64_t>(std::clamp(*share, 0.0, 1.0) * 4294967296.0)
                     : UINT64_MAX) {
    seed_ = std::stoull(random_hex(15), nullptr, 16);
  }
  bool takes(const Digest& digest) const {
    if (limit_ == UINT64_MAX) return true;
    uint64_t word;
    std::memcpy(&word, digest.bytes.data(), sizeof word);
    // The digest is random already, but the same in each run: stir the seed in (splitmix64).
    word = (word ^ seed_) * 0xbf58476d1ce4e5b9ULL;
    word = (word ^ (word >> 27)) * 0x94d049bb133111ebULL;
    return ((word ^ (word >> 31)) >> 32) < limit_;
  }
  bool all() const { return limit_ == UINT64_MAX; }

 private:
  uint64_t limit_;
  uint64_t seed_;
};

class Check {
 public:
  Check(Env& env, const ObjectStore& store, const FsckOptions& options)
      : env_(env),
        store_(store),
        sample_(options.sample),
        incremental_(options.incremental),
        now_(env.clock.now()),
        known_(Verified::load(store.path())) {}

  ObjectCheck run() {
    check_loose();
    for (const PackSet::Broken& broken : store_.packs().broken()) {
      result_.bad_packs.push_back(broken.name);
      problem({"damaged", store_.inside("packs/" + broken.name + ".idx"), broken.reason, true});
    }
    auto packs = store_.packs().all();
    result_.packs = packs.size();
    for (const auto& pack : packs) check_pack_safely(*pack);
    fresh_.save_if_changed(env_, store_.path(), known_);
    return std::move(result_);
  }

 private:
  struct Fresh : Verified {
    void save_if_changed(Env& env, const std::string& path, const Verified& before) {
      if (added > 0 || size() != before.size()) save(env, path);
    }
    size_t added = 0;
  } fresh_;

  void problem(FsckProblem problem) {
    std::lock_guard hold(mutex_);
    result_.problems.push_back(std::move(problem));
  }

  void bad_loose(const Digest& digest, const std::string& kind, const std::string& detail) {
    std::lock_guard hold(mutex_);
    result_.bad.insert(digest);
    result_.bad_loose.push_back(loose_name(digest));
    result_.problems.push_back({kind, digest.text(), detail, true});
  }

  /// True when the file need not be read; then it stays in the record.
  bool believed(const Digest& name, const struct stat& status, bool read_now) {
    const VerifiedEntry* entry = known_.find(name, status, now_);
    if (entry == nullptr) return false;
    std::lock_guard hold(mutex_);
    // What is read now has to earn its entry again.
    if (incremental_ || !read_now) fresh_.add(*entry);
    if (!incremental_) return false;
    result_.oldest_verified = std::min(result_.oldest_verified.value_or(entry->when), entry->when);
    return true;
  }

  void remember(const Digest& name, const struct stat& status) {
    std::lock_guard hold(mutex_);
    size_t before = fresh_.size();
    fresh_.add(name, status, now_);
    fresh_.added += fresh_.size() - before;
  }

  void check_loose() {
    std::vector<Digest> files;
    for_each_loose(store_.path(), "", [&](const std::string& file, const Digest* digest) {
      if (digest != nullptr) {
        files.push_back(*digest);
      } else {
        problem({"format", file, "this is not an object of the store"});
      }
    });
    parallel_for(files.size(), [&](size_t i) {
      env_.check_cancelled();
      check_file(files[i]);
    });
  }

  void check_file(const Digest& digest) {
    std::string file = store_.inside(loose_name(digest));
    try {
      auto status = stat_of(file);
      if (!status) return;
      uint64_t size = static_cast<uint64_t>(status->st_size);
      count(size);
      const bool takes = sample_.takes(digest);
      if (believed(digest, *status, takes) || !takes) return;
      if (sha256_of(open_read(file).get(), file, &size) == digest) {
        remember(digest, *status);
      } else {
        bad_loose(digest, "damaged", quoted(file) + " has another digest");
      }
      count_read(1, size);
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      bad_loose(digest, "unreadable", error.message());
    }
  }

  void check_pack_safely(const Pack& pack) {
    size_t before = result_.problems.size();
    try {
      check_pack(pack);
    } catch (const Error& error) {
      if (error.code() == Exit::interrupted) throw;
      problem({"damaged", pack.pack_file(), error.message(), true});
    }
    if (result_.problems.size() > before) result_.bad_packs.push_back(pack.name());
  }

  void check_pack(const Pack& pack) {
    env_.check_cancelled();
    std::vector<PackEntry> entries = check_index(pack);
    uint64_t bytes = 0;
    for (const PackEntry& entry : entries) bytes += entry.size;
    {
      std::lock_guard hold(mutex_);
      result_.objects += entries.size();
      result_.bytes += bytes;
    }
    auto status = stat_of(pack.pack_file());
    std::optional<Digest> name = parse_digest(pack.name());
    if (!status || !name || believed(*name, *status, true)) return;
    size_t before = result_.problems.size();
    auto mapping = pack.mapping();
    if (sample_.all()) {
      compare_with_records(pack, mapping->bytes(), entries);
    } else {
      std::erase_if(entries, [&](const PackEntry& entry) { return !sample_.takes(entry.digest); });
    }
    hash_entries(pack, mapping->bytes(), entries);
    if (result_.problems.size() > before) return;
    if (sample_.all()) {
      remember(*name, *status);
    } else if (const VerifiedEntry* entry = known_.find(*name, *status, now_)) {
      std::lock_guard hold(mutex_);
      fresh_.add(*entry);
    }
  }

  /// The entries in the order in which they lie in the pack.
  std::vector<PackEntry> check_index(const Pack& pack) {
    std::span<const std::byte> index = pack.index_bytes();
    Digest sum = sha256(index.first(index.size() - 32));
    if (std::memcmp(sum.bytes.data(), index.data() + index.size() - 32, 32) != 0 ||
        sum.hex() != pack.name()) {
      problem({"damaged", pack.index_file(), "its checksum is not its name", true});
    }
    std::vector<PackEntry> entries;
    entries.reserve(pack.size());
    for (size_t i = 0; i < pack.size(); ++i) {
      entries.push_back(pack.entry(i));
      if (i > 0 && !(entries[i - 1].digest < entries[i].digest)) {
        problem({"damaged", pack.index_file(), "its entries are out of order", true});
        break;
      }
    }
    std::sort(entries.begin(), entries.end(),
              [](const PackEntry& a, const PackEntry& b) { return a.offset < b.offset; });
    return entries;
  }

  // Both in the order of offsets: a record that is not the next entry, or an entry without record,
  // is where index and pack differ.
  void compare_with_records(const Pack& pack, std::span<const std::byte> bytes,
                            const std::vector<PackEntry>& entries) {
    size_t next = 0;
    scan_pack(bytes, pack.pack_file(), [&](const PackEntry& record) {
      while (next < entries.size() && entries[next].offset < record.offset) {
        missing_record(pack, entries[next++]);
      }
      bool same = next < entries.size() && entries[next].offset == record.offset;
      if (!same) {
        bad_record(record.digest, "it is in " + quoted(pack.pack_file()) + " but not in its index");
        return;
      }
      const PackEntry& entry = entries[next++];
      if (entry.digest != record.digest || entry.size != record.size) {
        bad_record(record.digest,
                   quoted(pack.index_file()) + " says something else of it than the pack");
      }
    });
    while (next < entries.size()) missing_record(pack, entries[next++]);
  }

  void missing_record(const Pack& pack, const PackEntry& entry) {
    bad_record(entry.digest,
               "it is in " + quoted(pack.index_file()) + " but not there in the pack");
  }

  void bad_record(const Digest& digest, const std::string& detail) {
    std::lock_guard hold(mutex_);
    result_.bad.insert(digest);
    result_.problems.push_back({"damaged", digest.text(), detail, true});
  }

  void hash_entries(const Pack& pack, std::span<const std::byte> bytes,
                    const std::vector<PackEntry>& entries) {
    std::vector<size_t> pieces = {0};
    uint64_t piece = 0;
    for (size_t i = 0; i < entries.size(); ++i) {
      piece += entries[i].size;
      if (piece >= kPiece || i + 1 == entries.size()) {
        pieces.push_back(i + 1);
        piece = 0;
      }
    }
    parallel_for(pieces.size() - 1, [&](size_t i) {
      env_.check_cancelled();
      uint64_t read = 0;
      for (size_t k = pieces[i]; k < pieces[i + 1]; ++k) {
        const PackEntry& entry = entries[k];
        read += entry.size;
        if (sha256(bytes.subspan(entry.offset, entry.size)) == entry.digest) continue;
        bad_record(entry.digest, quoted(pack.pack_file()) + " at byte " +
                                     std::to_string(entry.offset) + " has another digest");
      }
      count_read(pieces[i + 1] - pieces[i], read);
    });
  }

  void count(uint64_t size) {
    std::lock_guard hold(mutex_);
    ++result_.objects;
    result_.bytes += size;
  }
  void count_read(uint64_t objects, uint64_t bytes) {
    std::lock_guard hold(mutex_);
    result_.read_objects += objects;
    result_.read_bytes += bytes;
  }

  Env& env_;
  const ObjectStore& store_;
  const Sample sample_;
  const bool incremental_;
  const Time now_;
  const Verified known_;
  std::mutex mutex_;
  ObjectCheck result_;
};

}  // namespace

ObjectCheck check_objects(Env& env, const ObjectStore& store, const FsckOptions& options) {
  return Check(env, store, options).run();
}

}  // namespace mlo::store
