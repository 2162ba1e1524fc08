#include "remote/download.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <unordered_set>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "remote/locate.hpp"
#include "remote/part_file.hpp"
#include "remote/range_reader.hpp"
#include "store/batch.hpp"

namespace mlo::remote {
namespace {

constexpr uint64_t kGroup = 256 << 20;    // raw bytes of objects between two commits
constexpr uint64_t kInMemory = 64 << 20;  // larger objects are put together in a file
constexpr uint64_t kRequest = 16 << 20;   // at most, for memory's sake
constexpr uint64_t kPartRequest = 8 << 20;

/// An object that is wanted and found.
struct Found {
  Digest digest;
  uint64_t size = 0;
  std::vector<ChunkRead> chunks;
};

/// An object of several chunks, put together in memory.
struct Assembly {
  std::string bytes;
  std::atomic<size_t> open = 0;  ///< chunks that have not come
  std::atomic<bool> bad = false;
};

uint64_t size_of(const std::vector<ChunkRead>& chunks) {
  uint64_t size = 0;
  for (const ChunkRead& read : chunks) size += read.chunk.raw;
  return size;
}

class Download {
 public:
  Download(Env& env, store::ObjectStore& store, Remote& remote, const IndexSet& indexes,
           const DownloadOptions& options)
      : env_(env),
        store_(store),
        remote_(remote),
        options_(options),
        locator_(remote.codec(), indexes),
        reader_(env, remote, options.jobs) {}

  DownloadReport run(std::span<const Digest> wanted) {
    std::vector<Found> group;
    uint64_t size = 0;
    for (const Digest& digest : in_pack_order(wanted)) {
      std::optional<Found> found = find(digest);
      if (!found) continue;
      if (found->size > kInMemory) {
        fetch_large(*found);
        continue;
      }
      if (!group.empty() && size + found->size > kGroup) {
        fetch_group(group);
        group.clear();
        size = 0;
      }
      size += found->size;
      group.push_back(std::move(*found));
    }
    fetch_group(group);
    report_.received_bytes = reader_.received();
    if (report_.damage.empty()) report_.damage = reader_.damage();
    return std::move(report_);
  }

 private:
  // The order of packs makes neighbours of what lies together, whoever asked for it in which order.
  std::vector<Digest> in_pack_order(std::span<const Digest> wanted) {
    struct Placed {
      Digest pack;
      uint32_t offset;
      Digest digest;
      auto operator<=>(const Placed&) const = default;
    };
    std::vector<Placed> placed;
    std::unordered_set<Digest> seen;
    for (const Digest& digest : wanted) {
      if (!seen.insert(digest).second) continue;
      std::optional<Found> found = find(digest);
      if (!found) {
        if (!bad_.contains(digest)) report_.missing.push_back(digest);
        continue;
      }
      if (found->chunks.empty()) continue;
      placed.push_back({found->chunks[0].pack, found->chunks[0].chunk.offset, digest});
    }
    std::sort(placed.begin(), placed.end());
    std::vector<Digest> order;
    for (const Placed& one : placed) order.push_back(one.digest);
    return order;
  }

  std::optional<Found> find(const Digest& digest) {
    try {
      auto chunks = locator_.find(digest);
      if (!chunks) return std::nullopt;
      return Found{digest, size_of(*chunks), std::move(*chunks)};
    } catch (const Error& error) {
      bad_.insert(digest);
      if (report_.damage.empty()) report_.damage = error.message();
      return std::nullopt;
    }
  }

  void done(const Digest& digest, uint64_t size) {
    std::lock_guard hold(mutex_);
    group_.push_back(digest);
    group_bytes_ += size;
  }

  void store_whole(store::Batch& batch, const Found& object, std::string_view bytes) {
    // Checked already for a single chunk; the recipe of several may be wrong.
    if (batch.add(bytes) != object.digest) {
      std::lock_guard hold(mutex_);
      if (report_.damage.empty()) {
        report_.damage =
            "the chunks of sha256:" + object.digest.brief() + " make up another object";
      }
      return;
    }
    done(object.digest, bytes.size());
    if (options_.progress != nullptr) options_.progress->add(bytes.size());
  }

  void commit(store::Batch& batch) {
    batch.commit();
    report_.fetched.insert(report_.fetched.end(), group_.begin(), group_.end());
    report_.objects += group_.size();
    report_.bytes += group_bytes_;
    group_.clear();
    group_bytes_ = 0;
  }

  void fetch_group(const std::vector<Found>& objects) {
    if (objects.empty()) return;
    std::vector<ChunkRead> reads;
    std::vector<Assembly> assemblies(objects.size());
    for (size_t i = 0; i < objects.size(); ++i) {
      assemblies[i].open = objects[i].chunks.size();
      for (ChunkRead read : objects[i].chunks) {
        read.object = i;
        reads.push_back(read);
      }
    }
    const std::vector<RangeRead> ranges = join_reads(reads, kRequest, ReadOrder::any);
    store::Batch batch(store_);
    auto chunk = [&](const ChunkRead& read, std::string bytes) {
      take(batch, objects[read.object], assemblies[read.object], read, std::move(bytes));
    };
    auto bad = [&](const ChunkRead& read) { assemblies[read.object].bad = true; };
    try {
      reader_.read(reads, ranges, chunk, bad);
    } catch (const Error& error) {
      // What arrived stays, unless it is the store that fails.
      keep(batch);
      throw;
    }
    commit(batch);
  }

  void keep(store::Batch& batch) {
    try {
      commit(batch);
    } catch (const Error&) {
      // The error that brought us here says more.
    }
  }

  void take(store::Batch& batch, const Found& object, Assembly& assembly, const ChunkRead& read,
            std::string bytes) {
    if (object.chunks.size() == 1) return store_whole(batch, object, bytes);
    {
      std::lock_guard hold(mutex_);
      if (assembly.bytes.empty()) assembly.bytes.resize(object.size);
    }
    bytes.copy(assembly.bytes.data() + read.offset, bytes.size());
    if (--assembly.open > 0 || assembly.bad) return;
    store_whole(batch, object, assembly.bytes);
    assembly.bytes = {};
  }

  // In order, so that the file is always a beginning of the object.
  void fetch_large(const Found& object) {
    PartFile part(env_, join_path(remote_.cache_dir(), "parts"), object.digest);
    const size_t there = part.resume(remote_.codec(), object.chunks);
    if (options_.progress != nullptr && there > 0) {
      options_.progress->add(size_of(
          {object.chunks.begin(), object.chunks.begin() + static_cast<std::ptrdiff_t>(there)}));
    }
    std::vector<ChunkRead> reads(object.chunks.begin() + static_cast<std::ptrdiff_t>(there),
                                 object.chunks.end());
    const std::vector<RangeRead> ranges = join_reads(reads, kPartRequest, ReadOrder::as_given);
    for (size_t i = 0; i < ranges.size(); i += options_.jobs) {
      const size_t count = std::min<size_t>(options_.jobs, ranges.size() - i);
      if (!append(part, reads, std::span(ranges).subspan(i, count))) return;
    }
    store::Batch batch(store_);
    const store::AddedFile added = batch.take_file(part.path());
    if (added.digest != object.digest) {
      if (report_.damage.empty()) {
        report_.damage =
            "the chunks of sha256:" + object.digest.brief() + " make up another object";
      }
      return;
    }
    done(object.digest, object.size);
    commit(batch);
  }

  /// False when a chunk is damaged.
  bool append(PartFile& part, std::span<const ChunkRead> reads, std::span<const RangeRead> ranges) {
    const size_t first = ranges.front().first;
    std::vector<std::string> chunks(ranges.back().first + ranges.back().count - first);
    std::atomic<bool> whole = true;
    reader_.read(
        reads, ranges,
        [&](const ChunkRead& read, std::string bytes) {
          chunks[static_cast<size_t>(&read - reads.data()) - first] = std::move(bytes);
        },
        [&](const ChunkRead&) { whole = false; });
    if (!whole) return false;
    for (const std::string& bytes : chunks) {
      part.append(bytes);
      if (options_.progress != nullptr) options_.progress->add(bytes.size());
    }
    return true;
  }

  Env& env_;
  store::ObjectStore& store_;
  Remote& remote_;
  const DownloadOptions& options_;
  Locator locator_;
  RangeReader reader_;
  std::unordered_set<Digest> bad_;
  std::mutex mutex_;  // guards what follows
  std::vector<Digest> group_;
  uint64_t group_bytes_ = 0;
  DownloadReport report_;
};

}  // namespace

DownloadReport download(Env& env, store::ObjectStore& store, Remote& remote,
                        const IndexSet& indexes, std::span<const Digest> wanted,
                        const DownloadOptions& options) {
  return Download(env, store, remote, indexes, options).run(wanted);
}

}  // namespace mlo::remote
