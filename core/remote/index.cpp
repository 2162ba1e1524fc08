#include "remote/index.hpp"

#include <algorithm>
#include <numeric>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/chunk_record.hpp"
#include "remote/index_view.hpp"

namespace mlo::remote {
namespace {

constexpr std::string_view kFolder = "index/";

using PackChunks = IndexContent::PackChunks;

Digest superseded_digest(const std::string& name) {
  const auto digest =
      name.starts_with(kFolder) ? parse_digest(name.substr(kFolder.size())) : std::nullopt;
  if (!digest) throw failure(quoted(name) + " is no name of an index");
  return *digest;
}

std::vector<Digest> superseded_digests(const IndexContent& content) {
  std::vector<Digest> digests;
  for (const std::string& name : content.superseded) digests.push_back(superseded_digest(name));
  std::ranges::sort(digests);
  digests.erase(std::ranges::unique(digests).begin(), digests.end());
  return digests;
}

template <typename Item, typename Key>
std::vector<const Item*> sorted_by(const std::vector<Item>& items, Key Item::*key) {
  std::vector<const Item*> sorted;
  sorted.reserve(items.size());
  for (const Item& item : items) sorted.push_back(&item);
  std::ranges::stable_sort(sorted, {}, [&](const Item* item) { return item->*key; });
  const auto same = [&](const Item* a, const Item* b) { return a->*key == b->*key; };
  sorted.erase(std::unique(sorted.begin(), sorted.end(), same), sorted.end());
  return sorted;
}

/// Runs that continue one another as one.
std::vector<Run> joined(const std::vector<Run>& runs) {
  std::vector<Run> out;
  for (const Run& run : runs) {
    if (!out.empty() && out.back().pack == run.pack &&
        uint64_t{out.back().first} + out.back().count == run.first) {
      out.back().count += run.count;
    } else {
      out.push_back(run);
    }
  }
  return out;
}

struct Encoder {
  std::vector<const PackChunks*> packs;
  std::vector<const CutObject*> objects;
  std::vector<std::vector<Run>> runs;
  std::vector<Digest> pack_names;
  std::string out;

  explicit Encoder(const IndexContent& content)
      : packs(sorted_by(content.packs, &PackChunks::name)),
        objects(sorted_by(content.objects, &CutObject::digest)) {
    std::erase_if(packs, [](const PackChunks* pack) { return pack->chunks.empty(); });
    for (const PackChunks* pack : packs) pack_names.push_back(pack->name);
    for (const CutObject* object : objects) {
      runs.push_back(joined(object->runs));
      for (const Run& run : runs.back()) pack_names.push_back(run.pack);
    }
    std::ranges::sort(pack_names);
    pack_names.erase(std::ranges::unique(pack_names).begin(), pack_names.end());
  }

  uint64_t number_of_chunks() const {
    uint64_t number = 0;
    for (const PackChunks* pack : packs) number += pack->chunks.size();
    return number;
  }
  uint64_t number_of_runs() const {
    uint64_t number = 0;
    for (const auto& list : runs) number += list.size();
    return number;
  }

  void put_packs() {
    uint64_t first = 0;
    auto described = packs.begin();
    for (const Digest& name : pack_names) {
      const bool here = described != packs.end() && (*described)->name == name;
      const uint64_t count = here ? (*described++)->chunks.size() : 0;
      append_digest(out, name);
      store::append_little(out, first);
      store::append_little(out, count);
      first += count;
    }
  }

  void put_chunks(uint64_t number) {
    std::vector<const StoredChunk*> chunks;
    chunks.reserve(number);
    for (const PackChunks* pack : packs) {
      for (const StoredChunk& chunk : pack->chunks) {
        append_chunk(out, chunk);
        chunks.push_back(&chunk);
      }
    }
    std::vector<uint32_t> order(number);
    std::iota(order.begin(), order.end(), 0);
    std::ranges::sort(order, [&](uint32_t a, uint32_t b) {
      const auto by_id = chunks[a]->id <=> chunks[b]->id;
      return by_id != 0 ? by_id < 0 : a < b;
    });
    for (const uint32_t n : order) store::append_little(out, n);
  }

  void put_objects() {
    uint64_t first = 0;
    for (size_t i = 0; i < objects.size(); ++i) {
      append_digest(out, objects[i]->digest);
      store::append_little(out, objects[i]->size);
      store::append_little(out, first);
      store::append_little(out, uint64_t{runs[i].size()});
      first += runs[i].size();
    }
    for (const auto& list : runs) {
      for (const Run& run : list) {
        const auto at = std::ranges::lower_bound(pack_names, run.pack) - pack_names.begin();
        store::append_little(out, static_cast<uint32_t>(at));
        store::append_little(out, run.first);
        store::append_little(out, run.count);
      }
    }
  }
};

}  // namespace

std::string encode_index(const IndexContent& content) {
  Encoder encoder(content);
  const std::vector<Digest> superseded = superseded_digests(content);
  const uint64_t chunks = encoder.number_of_chunks(), runs = encoder.number_of_runs();
  encoder.out = kIndexMagic;
  for (const uint64_t number : {uint64_t{superseded.size()}, uint64_t{encoder.pack_names.size()},
                                chunks, uint64_t{encoder.objects.size()}, runs}) {
    store::append_little(encoder.out, number);
  }
  for (const Digest& digest : superseded) append_digest(encoder.out, digest);
  encoder.put_packs();
  encoder.put_chunks(chunks);
  encoder.put_objects();
  return std::move(encoder.out);
}

IndexContent parse_index(std::string_view bytes, const std::string& name) {
  return in_context("index " + quoted(name), [&] {
    const IndexView view(bytes);
    IndexContent content;
    for (size_t i = 0; i < view.superseded_count(); ++i) {
      content.superseded.push_back(std::string(kFolder) + view.superseded(i).hex());
    }
    for (size_t i = 0; i < view.pack_count(); ++i) {
      const IndexView::PackEntry pack = view.pack(i);
      if (pack.count == 0) continue;
      PackChunks chunks{pack.name, {}};
      for (size_t n = pack.first; n < pack.first + pack.count; ++n) {
        chunks.chunks.push_back(view.chunk(n));
      }
      content.packs.push_back(std::move(chunks));
    }
    for (size_t i = 0; i < view.object_count(); ++i) {
      content.objects.push_back(view.cut_object(view.object(i)));
    }
    return content;
  });
}

std::string index_name(const Codec& codec, std::string_view encoded) {
  return std::string(kFolder) + codec.id_of(sha256(encoded)).hex();
}

std::string open_index(const Codec& codec, const std::string& name, std::string_view sealed) {
  std::string bytes = codec.open_file(name, sealed);
  if (index_name(codec, bytes) != name) {
    throw failure("index " + quoted(name) + " is damaged: its content is that of another name");
  }
  return bytes;
}

}  // namespace mlo::remote
