// The second half of Packer: packs that are full, and the indexes that name them.
#include <algorithm>
#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/packer.hpp"

namespace mlo::remote {
namespace {

// Asking whether a pack is there costs a request and may save an upload of 64 MiB.
constexpr uint64_t kAskSize = 4 << 20;

}  // namespace

void Packer::finish_pack() {
  if (builder_.empty()) return;
  if (options_.salt) {
    const std::string salt = random_hex(32);
    builder_.add(remote_.codec().id_of(sha256(salt)), as_bytes(salt), 0);
  }
  // Shared by the slot's upload alone; a std::function must be copyable.
  auto pack = std::make_shared<FinishedPack>(builder_.finish());
  builder_size_ = 0;
  size_t slot;
  {
    std::lock_guard hold(mutex_);
    slot = slots_.size();
    const uint64_t count = pack->chunks.size() - (options_.salt ? 1 : 0);
    slots_.push_back({pack->name, builder_first_, count, std::move(pack->chunks), false});
    builder_first_ += count;
  }
  uploads_.start([this, slot, pack] { upload(slot, *pack); });
  publish(Publish::enough);
}

void Packer::upload(size_t slot, const FinishedPack& pack) {
  env_.check_cancelled();
  const std::string name = pack_name(pack.name);
  bool there = false;
  // Sealed packs have random nonces: none was there before.
  if (pack.bytes.size() >= kAskSize && !remote_.codec().encrypts()) {
    auto file = remote_.backend().stat(name);
    there = file && file->size == pack.bytes.size();
  }
  if (!there) there = !remote_.backend().put(name, pack.bytes, Put::create);
  // Another size: what a copy that was cut off left. The name is that of our bytes.
  if (there) {
    auto file = remote_.backend().stat(name);
    if (!file || file->size != pack.bytes.size()) {
      remote_.backend().put(name, pack.bytes, Put::replace);
    }
  }
  std::lock_guard hold(mutex_);
  slots_[slot].uploaded = true;
  if (there) return;
  created_.insert(pack.name);
  ++packs_;
  stored_bytes_ += pack.bytes.size();
}

void Packer::finish() {
  flush_pieces();
  finish_pack();
  uploads_.wait();
  publish(Publish::all);
}

// An index names packs that are there, and cut objects whose chunks it or an earlier one describes.
void Packer::publish(Publish what) {
  IndexContent content;
  uint64_t numbers = 0;
  {
    std::lock_guard hold(mutex_);
    size_t end = published_;
    while (end < slots_.size() && slots_[end].uploaded) ++end;
    if (what == Publish::enough && end - published_ < options_.packs_per_index) return;
    for (; published_ < end; ++published_) {
      Slot& slot = slots_[published_];
      content.packs.push_back({slot.name, std::move(slot.chunks)});
    }
    if (published_ > 0) numbers = slots_[published_ - 1].first + slots_[published_ - 1].count;
  }
  while (!drafts_.empty() && drafts_.front().runs.needs() <= numbers) {
    const Draft& draft = drafts_.front();
    content.objects.push_back({draft.object.digest, draft.object.size, resolve(draft.runs)});
    drafts_.pop_front();
  }
  if (content.packs.empty() && content.objects.empty()) return;
  remote_.put_index(content);
  std::erase_if(fresh_, [&](const auto& chunk) { return chunk.second < numbers; });
}

std::vector<Run> Packer::resolve(const DraftRuns& runs) const {
  std::vector<Run> resolved;
  std::lock_guard hold(mutex_);
  for (const DraftRun& run : runs.runs()) {
    if (!run.fresh) {
      resolved.push_back({run.pack, static_cast<uint32_t>(run.first), run.count});
      continue;
    }
    uint64_t number = run.first;
    const uint64_t end = run.first + run.count;
    auto slot = std::upper_bound(slots_.begin(), slots_.end(), number,
                                 [](uint64_t n, const Slot& s) { return n < s.first; });
    for (--slot; number < end; ++slot) {
      const uint64_t stop = std::min(end, slot->first + slot->count);
      resolved.push_back({slot->name, static_cast<uint32_t>(number - slot->first),
                          static_cast<uint32_t>(stop - number)});
      number = stop;
    }
  }
  return resolved;
}

}  // namespace mlo::remote
