#include "store/verified.hpp"

#include <algorithm>
#include <cstring>

#include "base/descriptor.hpp"
#include "base/error.hpp"
#include "store/bytes.hpp"
#include "store/sharing.hpp"

namespace mlo::store {
namespace {

constexpr std::string_view kMagic{"MLOVRFY\x01", 8};
constexpr size_t kHeader = 16;
constexpr size_t kEntry = 80;
constexpr int64_t kSettled = 2'000'000'000;

int64_t nanoseconds(const timespec& time) {
  return int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

VerifiedEntry entry_of(const Digest& name, const struct stat& status, Time when) {
  return {name,
          static_cast<uint64_t>(status.st_size),
          nanoseconds(status.st_mtim),
          nanoseconds(status.st_ctim),
          static_cast<uint64_t>(status.st_ino),
          static_cast<uint64_t>(status.st_dev),
          when};
}

bool by_name(const VerifiedEntry& a, const VerifiedEntry& b) { return a.name < b.name; }

}  // namespace

std::string encode_verified(std::vector<VerifiedEntry>& entries) {
  std::sort(entries.begin(), entries.end(), by_name);
  auto same = [](const VerifiedEntry& a, const VerifiedEntry& b) { return a.name == b.name; };
  entries.erase(std::unique(entries.begin(), entries.end(), same), entries.end());
  std::string out(kMagic);
  out.reserve(kHeader + entries.size() * kEntry + 32);
  append_little<uint64_t>(out, entries.size());
  for (const VerifiedEntry& entry : entries) {
    out.append(reinterpret_cast<const char*>(entry.name.bytes.data()), 32);
    append_little<uint64_t>(out, entry.size);
    append_little<int64_t>(out, entry.mtime);
    append_little<int64_t>(out, entry.ctime);
    append_little<uint64_t>(out, entry.inode);
    append_little<uint64_t>(out, entry.device);
    append_little<int64_t>(out, entry.when);
  }
  Digest sum = sha256(out);
  out.append(reinterpret_cast<const char*>(sum.bytes.data()), 32);
  return out;
}

std::vector<VerifiedEntry> parse_verified(std::string_view text) {
  std::span<const std::byte> bytes = as_bytes(text);
  if (bytes.size() < kHeader + 32 || !text.starts_with(kMagic)) return {};
  uint64_t room = bytes.size() - kHeader - 32;
  if (room % kEntry != 0 || read_little<uint64_t>(bytes.subspan(8, 8)) != room / kEntry) return {};
  Digest sum = sha256(text.substr(0, text.size() - 32));
  if (std::memcmp(sum.bytes.data(), bytes.data() + bytes.size() - 32, 32) != 0) return {};
  std::vector<VerifiedEntry> entries(room / kEntry);
  for (size_t i = 0; i < entries.size(); ++i) {
    auto at = bytes.subspan(kHeader + i * kEntry, kEntry);
    VerifiedEntry& entry = entries[i];
    std::memcpy(entry.name.bytes.data(), at.data(), 32);
    entry.size = read_little<uint64_t>(at.subspan(32, 8));
    entry.mtime = read_little<int64_t>(at.subspan(40, 8));
    entry.ctime = read_little<int64_t>(at.subspan(48, 8));
    entry.inode = read_little<uint64_t>(at.subspan(56, 8));
    entry.device = read_little<uint64_t>(at.subspan(64, 8));
    entry.when = read_little<int64_t>(at.subspan(72, 8));
    if (i > 0 && !by_name(entries[i - 1], entry)) return {};
  }
  return entries;
}

Verified Verified::load(const std::string& store_path) {
  Verified verified;
  try {
    auto text = read_file_if_exists(store_path + "/verified", size_t{1} << 30);
    if (text) verified.entries_ = parse_verified(*text);
  } catch (const Error&) {
    // Unreadable: nothing is known.
  }
  return verified;
}

const VerifiedEntry* Verified::find(const Digest& name, const struct stat& status, Time now) const {
  VerifiedEntry wanted = entry_of(name, status, 0);
  auto place = std::lower_bound(entries_.begin(), entries_.end(), wanted, by_name);
  if (place == entries_.end() || place->name != name) return nullptr;
  // A time in the future comes from a clock that was wrong.
  if (place->when > now || now - place->when > kVerifiedFor) return nullptr;
  wanted.when = place->when;
  return wanted == *place ? &*place : nullptr;
}

void Verified::add(const Digest& name, const struct stat& status, Time now) {
  if (nanoseconds(status.st_ctim) > now - kSettled) return;
  entries_.push_back(entry_of(name, status, now));
}

void Verified::save(Env& env, const std::string& store_path) {
  try {
    write_file_atomically(env.files, store_path + "/verified", encode_verified(entries_));
    open_to_group(env, store_path + "/verified");
  } catch (const Error&) {
    // A read-only store or a full disk: the next fsck reads again what this one read.
  }
}

}  // namespace mlo::store
