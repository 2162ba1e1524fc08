#include "repo/stat_index.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>
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

Record record_at(const char* entries, size_t index) {
  Record record;
  std::memcpy(static_cast<void*>(&record), entries + index * kEntry, kEntry);
  return record;
}

}  // namespace

/// The file as it was read (entries looked up in place) and the changes since, packed: one vector and
/// one arena of names, however many there are.
struct StatIndex::Impl {
  struct Change {
    StatKey key;
    Digest digest;
    uint64_t name_begin;
    uint32_t name_size;
    bool removed;
  };
  std::optional<MappedFile> file;
  const char* entries = nullptr;
  const char* paths = nullptr;
  size_t count = 0;
  std::mutex settling;  // cursors are made by many threads, and the first of them sorts
  std::vector<Change> changes;
  std::string names;
  bool sorted = true;

  std::string_view name(const Change& change) const {
    return std::string_view(names).substr(change.name_begin, change.name_size);
  }
  void change(std::string_view path, const StatKey& key, const Digest& digest, bool removed);
  void settle();
  const Change* changed(std::string_view path) const;
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
  enum class Sum { check, trust };
  bool adopt(std::string_view bytes, Sum sum);
  template <typename Visit>
  void for_each(const Visit& visit) const;
};

/// Changes are appended; walks come in the order of paths, so that sorting is the exception.
void StatIndex::Impl::change(std::string_view path, const StatKey& key, const Digest& digest,
                             bool removed) {
  if (!changes.empty() && !(name(changes.back()) < path)) sorted = false;
  changes.push_back({key, digest, names.size(), static_cast<uint32_t>(path.size()), removed});
  names += path;
}

/// In the order of paths, of each only the last change.
void StatIndex::Impl::settle() {
  std::lock_guard hold(settling);
  if (sorted) return;
  std::stable_sort(changes.begin(), changes.end(),
                   [&](const Change& a, const Change& b) { return name(a) < name(b); });
  size_t kept = 0;
  for (size_t i = 0; i < changes.size(); ++i) {
    bool last = i + 1 == changes.size() || name(changes[i + 1]) != name(changes[i]);
    if (last) changes[kept++] = changes[i];
  }
  changes.resize(kept);
  sorted = true;
}

const StatIndex::Impl::Change* StatIndex::Impl::changed(std::string_view path) const {
  auto place = std::lower_bound(
      changes.begin(), changes.end(), path,
      [&](const Change& change, std::string_view wanted) { return name(change) < wanted; });
  return place != changes.end() && name(*place) == path ? &*place : nullptr;
}

/// The file's entries and the settled changes, merged in the order of paths.
template <typename Visit>
void StatIndex::Impl::for_each(const Visit& visit) const {
  auto next = changes.begin();
  for (size_t i = 0; i <= count; ++i) {
    for (; next != changes.end() && (i == count || name(*next) < path(i)); ++next) {
      if (!next->removed) visit(name(*next), next->key, next->digest);
    }
    // An equal path is replaced or removed by its change, which comes next.
    if (i == count || (next != changes.end() && name(*next) == path(i))) continue;
    Record record = record_at(entries, i);
    visit(path(i), record.key, record.digest);
  }
}

/// False unless `bytes` are a whole, undamaged index.
bool StatIndex::Impl::adopt(std::string_view bytes, Sum sum) {
  if (bytes.size() < kHeader + kTrailer || !bytes.starts_with(kMagic)) return false;
  uint64_t entry_count = read_u64(bytes.data() + 16), path_bytes = read_u64(bytes.data() + 24);
  uint64_t room = bytes.size() - kHeader - kTrailer;
  if (path_bytes > room || (room - path_bytes) % kEntry != 0 ||
      (room - path_bytes) / kEntry != entry_count) {
    return false;
  }
  std::string_view body = bytes.substr(0, bytes.size() - kTrailer);
  if (sum == Sum::check &&
      std::memcmp(sha256(body).bytes.data(), body.data() + body.size(), kTrailer) != 0) {
    return false;
  }
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
    if (!index.impl_->adopt(index.impl_->file->text(), Impl::Sum::check)) index.impl_->file.reset();
  } catch (const Error&) {
    index.impl_ = std::make_unique<Impl>();  // unreadable: a cache that is not there
  }
  return index;
}

StatIndex::Cursor::Cursor(const StatIndex& index) : index_(index) { index.impl_->settle(); }

std::optional<Digest> StatIndex::Cursor::find(std::string_view path, const StatKey& key) {
  const Impl& impl = *index_.impl_;
  if (const Impl::Change* change = impl.changed(path)) {
    if (change->removed || !(change->key == key)) return std::nullopt;
    return change->digest;
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
  impl_->change(path, key, digest, false);
}

void StatIndex::remove(std::string_view path) {
  bool here = !impl_->changes.empty();
  if (!here) {
    size_t position = impl_->lower_bound(path, 0);
    here = position < impl_->count && impl_->path(position) == path;
  }
  if (here) impl_->change(path, {}, {}, true);
}

void StatIndex::keep_only(std::string_view directory,
                          const std::function<bool(std::string_view path)>& present) {
  std::string prefix = std::string(directory) + "/";
  for (size_t i = impl_->lower_bound(prefix, 0); i < impl_->count; ++i) {
    std::string_view path = impl_->path(i);
    if (!path.starts_with(prefix)) break;
    if (!present(path)) impl_->change(path, {}, {}, true);
  }
}

void StatIndex::rename(std::string_view from, std::string_view to) {
  std::string prefix = std::string(from) + "/";
  for (size_t i = impl_->lower_bound(prefix, 0); i < impl_->count; ++i) {
    std::string_view path = impl_->path(i);
    if (!path.starts_with(prefix)) break;
    Record record = record_at(impl_->entries, i);
    impl_->change(path, {}, {}, true);
    std::string moved = std::string(to) + "/";
    impl_->change(moved.append(path.substr(prefix.size())), record.key, record.digest, false);
  }
  remove(from);
}

bool StatIndex::changed() const { return !impl_->changes.empty(); }

size_t StatIndex::size() const {
  impl_->settle();
  size_t size = 0;
  impl_->for_each([&](std::string_view, const StatKey&, const Digest&) { ++size; });
  return size;
}

namespace {

/// Collects a megabyte at a time: the whole file of a million entries never stands in memory.
class SummedFile {
 public:
  explicit SummedFile(AtomicFile& file) : file_(file) {}
  void append(const void* bytes, size_t size) {
    buffer_.append(static_cast<const char*>(bytes), size);
    if (buffer_.size() >= kPiece) flush();
  }
  void finish() {
    flush();
    Digest sum = sum_.finish();
    file_.write(as_text(std::as_bytes(std::span(sum.bytes))));
  }

 private:
  static constexpr size_t kPiece = 1 << 20;
  void flush() {
    sum_.update(as_bytes(buffer_));
    file_.write(buffer_);
    buffer_.clear();
  }
  AtomicFile& file_;
  Sha256 sum_;
  std::string buffer_;
};

}  // namespace

void StatIndex::save(FileSystem& files, const std::string& path) {
  Impl& impl = *impl_;
  impl.settle();
  uint64_t entry_count = 0, path_bytes = 0;
  impl.for_each([&](std::string_view name, const StatKey&, const Digest&) {
    ++entry_count;
    path_bytes += name.size();
  });
  AtomicFile file(files, path, 0666, AtomicFile::Durability::process_safe);
  SummedFile out(file);
  out.append(kMagic.data(), kMagic.size());
  out.append(&entry_count, sizeof entry_count);
  out.append(&path_bytes, sizeof path_bytes);
  uint64_t end = 0;
  impl.for_each([&](std::string_view name, const StatKey& key, const Digest& digest) {
    Record record{key, digest, end += name.size()};
    out.append(&record, sizeof record);
  });
  impl.for_each([&](std::string_view name, const StatKey&, const Digest&) {
    out.append(name.data(), name.size());
  });
  out.finish();
  file.commit();
  auto saved = std::make_unique<Impl>();
  saved->file.emplace(path);
  // Its sum is the one just computed, unless another process replaced it meanwhile: then it is empty
  // here, which costs time only.
  if (saved->file->text().size() != kHeader + entry_count * kEntry + path_bytes + kTrailer ||
      !saved->adopt(saved->file->text(), Impl::Sum::trust)) {
    saved = std::make_unique<Impl>();
  }
  impl_ = std::move(saved);
}

}  // namespace mlo::repo
