#include "remote/index_view.hpp"

#include <algorithm>
#include <bit>

#include "base/error.hpp"

namespace mlo::remote {
namespace {

constexpr size_t kHeader = 48;
constexpr size_t kDigest = 32, kPackRecord = 48, kObjectRecord = 56, kRunRecord = 12;

int compare(std::string_view record, const Digest& key) {
  return std::memcmp(record.data(), key.bytes.data(), key.bytes.size());
}

}  // namespace

IndexView::Table IndexView::take(std::string_view& rest, uint64_t count, size_t width) {
  // Divide rather than multiply: a damaged count must not overflow.
  if (count > rest.size() / width) throw failure("its size does not fit its counts");
  const Table table{rest.substr(0, count * width), width, count};
  rest.remove_prefix(table.bytes.size());
  return table;
}

IndexView::IndexView(std::string_view bytes) {
  if (!bytes.starts_with(kIndexMagic.substr(0, 7))) throw failure("it is no index");
  if (!bytes.starts_with(kIndexMagic)) throw failure("it has a newer format", "update mlo");
  if (bytes.size() < kHeader) throw failure("it is cut off");
  if (bytes.size() > kMostFile) throw failure("it is too large");
  std::string_view rest = bytes.substr(kHeader);
  superseded_ = take(rest, u64_at(bytes, 8), kDigest);
  packs_ = take(rest, u64_at(bytes, 16), kPackRecord);
  chunks_ = take(rest, u64_at(bytes, 24), kChunkRecord);
  order_ = take(rest, chunks_.count, sizeof(uint32_t));
  objects_ = take(rest, u64_at(bytes, 32), kObjectRecord);
  runs_ = take(rest, u64_at(bytes, 40), kRunRecord);
  if (!rest.empty()) throw failure("its size does not fit its counts");
  check_superseded();
  check_packs();
  check_order();
  check_objects();
}

void IndexView::check_superseded() const {
  for (size_t i = 1; i < superseded_.count; ++i) {
    if (superseded(i - 1) >= superseded(i)) throw failure("superseded indexes are not in order");
  }
}

void IndexView::check_packs() const {
  uint64_t next = 0;
  for (size_t i = 0; i < packs_.count; ++i) {
    const PackEntry entry = pack(i);
    if (i > 0 && pack(i - 1).name >= entry.name) throw failure("packs are not in order");
    if (entry.first != next || entry.count > chunks_.count - next) {
      throw failure("a pack's chunks lie outside the table");
    }
    uint64_t end = kFirstOffset;
    for (size_t n = entry.first; n < entry.first + entry.count; ++n) check_next(chunk(n), end);
    next += entry.count;
  }
  if (next != chunks_.count) throw failure("a chunk lies in no pack");
}

void IndexView::check_order() {
  const auto width = static_cast<unsigned>(std::bit_width(chunks_.count));
  bucket_bits_ = width > 2 ? width - 2 : 0;
  buckets_.assign((size_t{1} << bucket_bits_) + 1, 0);
  uint32_t before = 0;
  for (size_t i = 0; i < chunks_.count; ++i) {
    const uint32_t number = ordered(i);
    if (number >= chunks_.count) throw failure("a chunk's number lies outside the table");
    const Digest id = digest_at(chunks_[number]);
    const int order = i == 0 ? 1 : -compare(chunks_[before], id);
    // With ascending numbers among equal ids, each stands here exactly once.
    if (order < 0 || (order == 0 && before >= number)) throw failure("chunks are not in order");
    ++buckets_[bucket_of(id) + 1];
    before = number;
  }
  for (size_t b = 1; b < buckets_.size(); ++b) buckets_[b] += buckets_[b - 1];
}

void IndexView::check_objects() const {
  std::vector<uint64_t> raw_before(objects_.count > 0 ? chunks_.count + 1 : 0);
  for (size_t i = 1; i < raw_before.size(); ++i)
    raw_before[i] = raw_before[i - 1] + chunk(i - 1).raw;
  std::vector<bool> used(packs_.count);
  uint64_t next = 0;
  for (size_t i = 0; i < objects_.count; ++i) {
    const ObjectEntry entry = object(i);
    if (i > 0 && object(i - 1).digest >= entry.digest) throw failure("objects are not in order");
    if (entry.first != next || entry.count == 0 || entry.count > runs_.count - next ||
        entry.size > INT64_MAX) {
      throw failure("an object's runs lie outside the table");
    }
    next += entry.count;
    check_runs(entry, raw_before, used);
  }
  if (next != runs_.count) throw failure("a run belongs to no object");
  for (size_t i = 0; i < packs_.count; ++i) {
    if (!used[i] && pack(i).count == 0) throw failure("a pack is neither described nor used");
  }
}

void IndexView::check_runs(const ObjectEntry& object, const std::vector<uint64_t>& raw_before,
                           std::vector<bool>& used) const {
  uint64_t known = 0;  // bytes in packs that are described here
  bool all_known = true;
  RunEntry before;
  for (size_t n = object.first; n < object.first + object.count; ++n) {
    const RunEntry part = run(n);
    if (part.pack >= packs_.count || part.count == 0) throw failure("a run is malformed");
    if (before.count > 0 && before.pack == part.pack &&
        uint64_t{before.first} + before.count == part.first) {
      throw failure("neighbouring runs are not joined");
    }
    before = part;
    used[part.pack] = true;
    const PackEntry in = pack(part.pack);
    const uint64_t end = uint64_t{part.first} + part.count;
    if (end > (in.count == 0 ? UINT32_MAX : in.count)) throw failure("a run lies outside its pack");
    if (in.count == 0) {
      all_known = false;
      continue;
    }
    known += raw_before[in.first + end] - raw_before[in.first + part.first];
    if (known > object.size) break;  // before the sum could overflow
  }
  if (known > object.size || (all_known && known != object.size)) {
    throw failure("an object's size is not that of its chunks");
  }
}

IndexView::PackEntry IndexView::pack(size_t i) const {
  const std::string_view record = packs_[i];
  return {digest_at(record), u64_at(record, 32), u64_at(record, 40)};
}

IndexView::ObjectEntry IndexView::object(size_t i) const {
  const std::string_view record = objects_[i];
  return {digest_at(record), u64_at(record, 32), u64_at(record, 40), u64_at(record, 48)};
}

IndexView::RunEntry IndexView::run(size_t i) const {
  const std::string_view record = runs_[i];
  return {u32_at(record, 0), u32_at(record, 4), u32_at(record, 8)};
}

size_t IndexView::bucket_of(const Digest& id) const {
  if (bucket_bits_ == 0) return 0;
  uint32_t top = 0;
  for (size_t i = 0; i < 4; ++i) top = top << 8 | id.bytes[i];
  return top >> (32 - bucket_bits_);
}

std::optional<size_t> IndexView::find_chunk(const Digest& id) const {
  const size_t bucket = bucket_of(id);
  size_t low = buckets_[bucket], high = buckets_[bucket + 1];
  const size_t end = high;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (compare(chunks_[ordered(middle)], id) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  if (low == end || compare(chunks_[ordered(low)], id) != 0) return std::nullopt;
  return ordered(low);
}

size_t IndexView::first_not_less(const Table& table, const Digest& key) const {
  size_t low = 0, high = table.count;
  while (low < high) {
    const size_t middle = low + (high - low) / 2;
    if (compare(table[middle], key) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<size_t> IndexView::find_pack(const Digest& name) const {
  const size_t i = first_not_less(packs_, name);
  if (i == packs_.count || compare(packs_[i], name) != 0) return std::nullopt;
  return i;
}

std::optional<size_t> IndexView::find_object(const Digest& digest) const {
  const size_t i = first_not_less(objects_, digest);
  if (i == objects_.count || compare(objects_[i], digest) != 0) return std::nullopt;
  return i;
}

IndexView::PackEntry IndexView::pack_of(size_t chunk) const {
  // The last pack that begins at or before it: packs without chunks begin where the next one does.
  size_t low = 0, high = packs_.count;
  while (high - low > 1) {
    const size_t middle = low + (high - low) / 2;
    (pack(middle).first <= chunk ? low : high) = middle;
  }
  return pack(low);
}

CutObject IndexView::cut_object(const ObjectEntry& object) const {
  CutObject cut{object.digest, object.size, {}};
  cut.runs.reserve(object.count);
  for (size_t i = object.first; i < object.first + object.count; ++i) {
    const RunEntry part = run(i);
    cut.runs.push_back({pack(part.pack).name, part.first, part.count});
  }
  return cut;
}

}  // namespace mlo::remote
