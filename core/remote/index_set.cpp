#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "base/error.hpp"
#include "base/text.hpp"
#include "remote/index.hpp"
#include "remote/index_view.hpp"

namespace mlo::remote {
namespace {

struct LoadedIndex {
  std::string name;
  /// Behind a pointer: views into it must survive a move, also of a short string.
  std::unique_ptr<const std::string> bytes;
  IndexView view;
  bool live = true;  ///< not superseded
};

/// Where a pack is described.
struct Described {
  const IndexView* view = nullptr;
  IndexView::PackEntry pack;
};

}  // namespace

struct IndexSet::Impl {
  std::vector<LoadedIndex> indexes;
  std::set<std::string> names, superseded;

  std::optional<Described> find_pack(const Digest& name) const {
    for (const LoadedIndex& index : indexes) {
      if (!index.live) continue;
      const auto at = index.view.find_pack(name);
      if (at && index.view.pack(*at).count > 0) return Described{&index.view, index.view.pack(*at)};
    }
    return std::nullopt;
  }

  bool complete(const CutObject& object) const {
    return std::ranges::all_of(object.runs, [&](const Run& run) {
      const auto found = find_pack(run.pack);
      return found && uint64_t{run.first} + run.count <= found->pack.count;
    });
  }
};

IndexSet::IndexSet() : impl_(std::make_unique<Impl>()) {}
IndexSet::~IndexSet() = default;
IndexSet::IndexSet(IndexSet&&) noexcept = default;

void IndexSet::add(std::string name, std::string bytes) {
  if (has(name)) return;
  auto kept = std::make_unique<const std::string>(std::move(bytes));
  IndexView view = in_context("index " + quoted(name), [&] { return IndexView(*kept); });
  for (size_t i = 0; i < view.superseded_count(); ++i) {
    impl_->superseded.insert("index/" + view.superseded(i).hex());
  }
  impl_->names.insert(name);
  impl_->indexes.push_back({std::move(name), std::move(kept), std::move(view)});
  for (LoadedIndex& index : impl_->indexes) index.live = !impl_->superseded.contains(index.name);
}

bool IndexSet::has(std::string_view name) const { return impl_->names.contains(std::string(name)); }

std::optional<IndexSet::Place> IndexSet::find_chunk(const Digest& id,
                                                    const PackFilter& usable) const {
  for (const LoadedIndex& index : impl_->indexes) {
    if (!index.live) continue;
    const auto number = index.view.find_chunk(id);
    if (!number) continue;
    const IndexView::PackEntry pack = index.view.pack_of(*number);
    if (usable && !usable(pack.name)) continue;
    return Place{pack.name, static_cast<uint32_t>(*number - pack.first), index.view.chunk(*number)};
  }
  return std::nullopt;
}

std::optional<CutObject> IndexSet::find_object(const Digest& digest,
                                               const PackFilter& usable) const {
  for (const LoadedIndex& index : impl_->indexes) {
    if (!index.live) continue;
    const auto at = index.view.find_object(digest);
    if (!at) continue;
    CutObject object = index.view.cut_object(index.view.object(*at));
    const auto may_use = [&](const Run& run) { return !usable || usable(run.pack); };
    if (std::ranges::all_of(object.runs, may_use) && impl_->complete(object)) return object;
  }
  return std::nullopt;
}

std::vector<StoredChunk> IndexSet::chunks_of(const Digest& pack) const {
  std::vector<StoredChunk> chunks;
  const auto found = impl_->find_pack(pack);
  if (!found) return chunks;
  chunks.reserve(found->pack.count);
  for (uint64_t i = 0; i < found->pack.count; ++i) {
    chunks.push_back(found->view->chunk(found->pack.first + i));
  }
  return chunks;
}

std::vector<Digest> IndexSet::packs() const {
  std::vector<Digest> packs;
  for (const LoadedIndex& index : impl_->indexes) {
    for (size_t i = 0; index.live && i < index.view.pack_count(); ++i) {
      const IndexView::PackEntry pack = index.view.pack(i);
      if (pack.count > 0) packs.push_back(pack.name);
    }
  }
  std::ranges::sort(packs);
  packs.erase(std::ranges::unique(packs).begin(), packs.end());
  return packs;
}

IndexContent IndexSet::merged(const std::function<bool(const Digest& pack)>& keep) const {
  IndexContent content;
  content.superseded = names();
  for (const Digest& pack : packs()) {
    if (keep(pack)) content.packs.push_back({pack, chunks_of(pack)});
  }
  // A pack that nobody describes here may be described by an index outside this set.
  const auto stays = [&](const Run& run) {
    const auto found = impl_->find_pack(run.pack);
    return keep(run.pack) && (!found || uint64_t{run.first} + run.count <= found->pack.count);
  };
  std::set<Digest> objects;
  for (const LoadedIndex& index : impl_->indexes) {
    for (size_t i = 0; index.live && i < index.view.object_count(); ++i) {
      const IndexView::ObjectEntry entry = index.view.object(i);
      if (objects.contains(entry.digest)) continue;
      CutObject object = index.view.cut_object(entry);
      if (!std::ranges::all_of(object.runs, stays)) continue;
      objects.insert(entry.digest);
      content.objects.push_back(std::move(object));
    }
  }
  return content;
}

std::vector<IndexContent> IndexSet::other_recipes(
    const std::function<bool(const Digest& pack)>& keep) const {
  const auto key = [](const std::vector<Run>& runs) {
    std::vector<std::tuple<Digest, uint32_t, uint32_t>> key;
    for (const Run& run : runs) key.emplace_back(run.pack, run.first, run.count);
    return key;
  };
  const auto stays = [&](const Run& run) {
    const auto found = impl_->find_pack(run.pack);
    return keep(run.pack) && (!found || uint64_t{run.first} + run.count <= found->pack.count);
  };
  // In the order of merged(): the first recipe of an object is the one that it has.
  std::map<Digest, std::set<decltype(key({}))>> known;
  std::vector<IndexContent> others;
  for (const LoadedIndex& index : impl_->indexes) {
    for (size_t i = 0; index.live && i < index.view.object_count(); ++i) {
      CutObject object = index.view.cut_object(index.view.object(i));
      if (!std::ranges::all_of(object.runs, stays)) continue;
      auto& recipes = known[object.digest];
      const size_t number = recipes.size();
      if (!recipes.insert(key(object.runs)).second || number == 0) continue;
      if (others.size() < number) others.resize(number);
      others[number - 1].objects.push_back(std::move(object));
    }
  }
  return others;
}

std::vector<std::string> IndexSet::superseded() const {
  return {impl_->superseded.begin(), impl_->superseded.end()};
}

std::vector<std::string> IndexSet::names() const {
  return {impl_->names.begin(), impl_->names.end()};
}

}  // namespace mlo::remote
