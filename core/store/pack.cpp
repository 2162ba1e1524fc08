#include "store/pack.hpp"

#include <algorithm>
#include <cstring>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/bytes.hpp"
#include "store/object_store.hpp"

namespace mlo::store {
namespace {

constexpr std::string_view kPackMagic{"MLOPACK\x01", 8};
constexpr std::string_view kIndexMagic{"MLOINDX\x01", 8};

Digest digest_at(std::span<const std::byte> bytes) {
  Digest digest;
  std::memcpy(digest.bytes.data(), bytes.data(), digest.bytes.size());
  return digest;
}

void append_digest(std::string& out, const Digest& digest) {
  out.append(reinterpret_cast<const char*>(digest.bytes.data()), digest.bytes.size());
}

bool lies_inside(const PackEntry& entry, uint64_t pack_size) {
  return entry.offset <= pack_size && entry.size <= pack_size - entry.offset;
}

Error malformed(const std::string& file, const std::string& why) {
  return failure("pack file " + quoted(file) + " is damaged: " + why, "run 'mlo fsck'");
}

}  // namespace

std::string encode_index(std::vector<PackEntry> entries, uint64_t pack_size) {
  std::sort(entries.begin(), entries.end(),
            [](const PackEntry& a, const PackEntry& b) { return a.digest < b.digest; });
  std::string out(kIndexMagic);
  out.reserve(kIndexHeader + entries.size() * kIndexEntry + 32);
  append_little<uint64_t>(out, entries.size());
  append_little<uint64_t>(out, pack_size);
  for (const PackEntry& entry : entries) {
    append_digest(out, entry.digest);
    append_little<uint64_t>(out, entry.offset);
    append_little<uint32_t>(out, entry.size);
    append_little<uint32_t>(out, 0);
  }
  append_digest(out, sha256(out));
  return out;
}

std::string pack_magic() { return std::string(kPackMagic); }

void append_record_header(std::string& out, const Digest& digest, uint32_t size) {
  append_digest(out, digest);
  append_little<uint32_t>(out, size);
}

Pack::Pack(const std::string& directory, std::string name)
    : name_(std::move(name)),
      pack_file_(directory + "/" + name_ + ".pack"),
      index_file_(directory + "/" + name_ + ".idx"),
      index_(index_file_) {
  std::span<const std::byte> bytes = index_.bytes();
  if (bytes.size() < kIndexHeader + 32) throw malformed(index_file_, "it is cut off");
  if (as_text(bytes.first(7)) != kIndexMagic.substr(0, 7)) throw malformed(index_file_, "no index");
  if (as_text(bytes.first(8)) != kIndexMagic) {
    throw failure("pack file " + quoted(index_file_) + " has a newer format", "update mlo");
  }
  uint64_t count = read_little<uint64_t>(bytes.subspan(8, 8));
  pack_size_ = read_little<uint64_t>(bytes.subspan(16, 8));
  // Divide rather than multiply: a damaged count must not overflow.
  uint64_t room = bytes.size() - kIndexHeader - 32;
  if (room % kIndexEntry != 0 || count != room / kIndexEntry) {
    throw malformed(index_file_, "its size does not fit its count");
  }
  count_ = count;
}

PackEntry Pack::entry(size_t i) const {
  std::span<const std::byte> bytes =
      index_.bytes().subspan(kIndexHeader + i * kIndexEntry, kIndexEntry);
  PackEntry entry{digest_at(bytes), read_little<uint64_t>(bytes.subspan(32, 8)),
                  read_little<uint32_t>(bytes.subspan(40, 4))};
  if (!lies_inside(entry, pack_size_)) {
    throw malformed(index_file_, "an entry lies outside the pack");
  }
  return entry;
}

size_t Pack::lower_bound(const Digest& digest) const {
  size_t low = 0;
  size_t high = count_;
  const std::byte* entries = index_.bytes().data() + kIndexHeader;
  while (low < high) {
    size_t middle = low + (high - low) / 2;
    if (std::memcmp(entries + middle * kIndexEntry, digest.bytes.data(), 32) < 0) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

std::optional<PackEntry> Pack::find(const Digest& digest) const {
  size_t i = lower_bound(digest);
  if (i == count_) return std::nullopt;
  std::span<const std::byte> bytes = index_.bytes().subspan(kIndexHeader + i * kIndexEntry);
  PackEntry found{digest_at(bytes), read_little<uint64_t>(bytes.subspan(32, 8)),
                  read_little<uint32_t>(bytes.subspan(40, 4))};
  if (found.digest != digest || !lies_inside(found, pack_size_)) return std::nullopt;
  return found;
}

std::shared_ptr<const MappedFile> Pack::mapping() const {
  std::lock_guard hold(mutex_);
  if (!mapping_) {
    auto mapping = std::make_shared<const MappedFile>(pack_file_);
    if (mapping->bytes().size() != pack_size_) {
      throw malformed(pack_file_, "its size is not that of its index");
    }
    mapping_ = std::move(mapping);
  }
  return mapping_;
}

void scan_pack(std::span<const std::byte> pack, const std::string& name,
               const std::function<void(const PackEntry&)>& visit) {
  if (pack.size() < kPackHeader || as_text(pack.first(kPackHeader)) != kPackMagic) {
    throw malformed(name, "no pack");
  }
  size_t offset = kPackHeader;
  while (offset < pack.size()) {
    if (pack.size() - offset < kRecordHeader) throw malformed(name, "a record is cut off");
    PackEntry entry{digest_at(pack.subspan(offset, 32)), offset + kRecordHeader,
                    read_little<uint32_t>(pack.subspan(offset + 32, 4))};
    if (entry.size >= kLooseSize || entry.size > pack.size() - entry.offset) {
      throw malformed(name, "a record is cut off");
    }
    visit(entry);
    offset = entry.offset + entry.size;
  }
}

}  // namespace mlo::store
