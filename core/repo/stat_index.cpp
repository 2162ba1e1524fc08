#include "repo/stat_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <map>
#include <vector>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::repo {
namespace {

constexpr std::string_view kMagic = "mlo-stat-index 1";
constexpr size_t kHeader = 32, kEntry = 80, kTrailer = 32;
static_assert(kMagic.size() == 16);
static_assert(std::endian::native == std::endian::little, "the stat index is little-endian");

/// One entry as it lies in the file.
struct Record {
  StatKey key;
  Digest digest;
  uint64_t path_end;
};
static_assert(sizeof(Record) == kEntry);

uint64_t read_u64(const char* at) {
  uint64_t value;
  std::memcpy(&value, at, sizeof value);
  return value;
}

void append_u64(std::string& out, uint64_t value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

Record record_at(const char* entries, size_t index) {
  Record record;
  std::memcpy(static_cast<void*>(&record), entries + index * kEntry, kEntry);
  return record;
}

}  // namespace

/// The file as it was read (entries looked up in place) and the changes since; nullopt removes.
struct StatIndex::Impl {
  struct Fresh {
    StatKey key;
    Digest digest;
  };
  std::optional<MappedFile> file;
  const char* entries = nullptr;
  const char* paths = nullptr;
  size_t count = 0;
  std::map<std::string, std::optional<Fresh>, std::less<>> changes;

  std::string_view path(size_t i) const {
    uint64_t begin = i == 0 ? 0 : read_u64(entries + i * kEntry - 8);
    uint64_t end = read_u64(entries + (i + 1) * kEntry - 8);
    return {paths + begin, end - begin};
  }
  size_t lower_bound(std::string_view wanted, size_t first) const {
    // Gallop, then bisect: the next path of a walk is usually the next entry.
    size_t step = 1, low = first, high = first;
    while (high < count && path(high) < wanted) {
      low = high + 1;
      high += step;
      step *= 2;
    }
    high = std::min(high, count);
    while (low < high) {
      size_t middle = low + (high - low) / 2;
      if (path(middle) < wanted) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }
  bool adopt(std::string_view bytes);
  std::string encode() const;
};

/// False unless `bytes` are a whole, undamaged index.
bool StatIndex::Impl::adopt(std::string_view bytes) {
  if (bytes.size() < kHeader + kTrailer || !bytes.starts_with(kMagic)) return false;
  uint64_t entry_count = read_u64(bytes.data() + 16), path_bytes = read_u64(bytes.data() + 24);
  uint64_t room = bytes.size() - kHeader - kTrailer;
  if (path_bytes > room || (room - path_bytes) % kEntry != 0 ||
      (room - path_bytes) / kEntry != entry_count) {
    return false;
  }
  std::string_view body = bytes.substr(0, bytes.size() - kTrailer);
  if (std::memcmp(sha256(body).bytes.data(), body.data() + body.size(), kTrailer) != 0)
    return false;
  entries = bytes.data() + kHeader;
  paths = entries + entry_count * kEntry;
  uint64_t end = 0;
  for (size_t i = 0; i < entry_count; ++i) {
    uint64_t next = read_u64(entries + (i + 1) * kEntry - 8);
    if (next < end || next > path_bytes) return false;
    end = next;
  }
  count = entry_count;
  return true;
}

StatKey stat_key(const struct stat& status) {
  auto nanoseconds = [](const struct timespec& time) {
    return static_cast<int64_t>(time.tv_sec) * 1'000'000'000 + time.tv_nsec;
  };
  return {static_cast<uint64_t>(status.st_size), nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim), status.st_ino, status.st_dev};
}

bool is_racy(const StatKey& key, Time observed) {
  int64_t newest = std::max(key.mtime_ns, key.ctime_ns);
  bool whole_seconds = key.mtime_ns % 1'000'000'000 == 0 && key.ctime_ns % 1'000'000'000 == 0;
  return newest + (whole_seconds ? 2'000'000'000 : 10'000'000) > observed;
}

StatIndex::StatIndex() : impl_(std::make_unique<Impl>()) {}
StatIndex::StatIndex(StatIndex&&) noexcept = default;
StatIndex& StatIndex::operator=(StatIndex&&) noexcept = default;
StatIndex::~StatIndex() = default;

StatIndex StatIndex::load(const std::string& path) {
  StatIndex index;
  try {
    if (!exists(path)) return index;
    index.impl_->file.emplace(path);
    if (!index.impl_->adopt(index.impl_->file->text())) index.impl_->file.reset();
  } catch (const Error&) {
    index.impl_ = std::make_unique<Impl>();  // unreadable: a cache that is not there
  }
  return index;
}

std::optional<Digest> StatIndex::Cursor::find(std::string_view path, const StatKey& key) {
  const Impl& impl = *index_.impl_;
  if (!impl.changes.empty()) {
    auto change = impl.changes.find(path);
    if (change != impl.changes.end()) {
      if (!change->second || !(change->second->key == key)) return std::nullopt;
      return change->second->digest;
    }
  }
  // A caller that goes back (another directory) starts over.
  if (position_ > 0 && position_ <= impl.count && !(impl.path(position_ - 1) < path)) position_ = 0;
  position_ = impl.lower_bound(path, position_);
  if (position_ == impl.count || impl.path(position_) != path) return std::nullopt;
  Record record = record_at(impl.entries, position_);
  return record.key == key ? std::optional(record.digest) : std::nullopt;
}

std::optional<Digest> StatIndex::find(std::string_view path, const StatKey& key) const {
  return Cursor(*this).find(path, key);
}

void StatIndex::set(std::string_view path, const StatKey& key, const Digest& digest,
                    Time observed) {
  if (is_racy(key, observed)) return remove(path);
  impl_->changes.insert_or_assign(std::string(path), Impl::Fresh{key, digest});
}

void StatIndex::remove(std::string_view path) {
  size_t position = impl_->lower_bound(path, 0);
  if (position < impl_->count && impl_->path(position) == path) {
    impl_->changes.insert_or_assign(std::string(path), std::nullopt);
  } else {
    auto change = impl_->changes.find(path);
    if (change != impl_->changes.end()) impl_->changes.erase(change);
  }
}

void StatIndex::keep_only(std::string_view directory, std::span<const std::string> seen) {
  std::string prefix = std::string(directory) + "/";
  std::vector<std::string> gone;
  for (size_t i = impl_->lower_bound(prefix, 0); i < impl_->count; ++i) {
    std::string_view path = impl_->path(i);
    if (!path.starts_with(prefix)) break;
    if (!std::binary_search(seen.begin(), seen.end(), path, std::less<std::string_view>())) {
      gone.emplace_back(path);
    }
  }
  for (const std::string& path : gone) remove(path);
}

bool StatIndex::changed() const { return !impl_->changes.empty(); }

size_t StatIndex::size() const {
  size_t size = impl_->count;
  for (const auto& [path, fresh] : impl_->changes) {
    size_t at = impl_->lower_bound(path, 0);
    bool present = at < impl_->count && impl_->path(at) == path;
    if (fresh && !present) ++size;
    if (!fresh && present) --size;
  }
  return size;
}

/// The file's entries and the changes, merged in the order of paths.
std::string StatIndex::Impl::encode() const {
  std::string merged, names;
  uint64_t merged_count = 0;
  merged.reserve((count + changes.size()) * kEntry);
  auto append = [&](std::string_view name, const StatKey& key, const Digest& digest) {
    names += name;
    Record record{key, digest, names.size()};
    merged.append(reinterpret_cast<const char*>(&record), kEntry);
    ++merged_count;
  };
  auto change = changes.begin();
  for (size_t i = 0; i <= count; ++i) {
    for (; change != changes.end() && (i == count || change->first < path(i)); ++change) {
      if (change->second) append(change->first, change->second->key, change->second->digest);
    }
    // An equal path is replaced or removed by its change, which comes next.
    if (i == count || (change != changes.end() && change->first == path(i))) continue;
    Record record = record_at(entries, i);
    append(path(i), record.key, record.digest);
  }
  std::string bytes(kMagic);
  append_u64(bytes, merged_count);
  append_u64(bytes, names.size());
  (bytes += merged) += names;
  Digest sum = sha256(bytes);
  return bytes.append(reinterpret_cast<const char*>(sum.bytes.data()), sum.bytes.size());
}

void StatIndex::save(FileSystem& files, const std::string& path) {
  AtomicFile file(files, path, 0666, AtomicFile::Durability::process_safe);
  file.write(impl_->encode());
  file.commit();
  *this = load(path);
}

}  // namespace mlo::repo
