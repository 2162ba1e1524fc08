#include "store/repair.hpp"

#include <algorithm>
#include <memory>
#include <unordered_set>

#include "base/error.hpp"
#include "base/text.hpp"
#include "store/pack.hpp"
#include "store/trash.hpp"

namespace mlo::store {
namespace {

class Repair {
 public:
  Repair(Env& env, ObjectStore& store) : env_(env), store_(store), bad_(env, store, "bad") {}

  RepairReport run(const ObjectCheck& damage) {
    salvage_packs(damage.bad_packs);
    for (const std::string& loose : damage.bad_loose) {
      if (exists(store_.inside(loose)) && !is_sound(loose)) take(loose);
    }
    bad_.sync();
    return std::move(report_);
  }

 private:
  bool is_sound(const std::string& loose) const {
    try {
      std::string file = store_.inside(loose);
      auto digest = parse_digest(loose.substr(6, 2) + loose.substr(9));
      return digest && sha256_of(open_read(file).get(), file) == *digest;
    } catch (const Error&) {
      return false;
    }
  }

  void take(const std::string& relative) {
    if (!exists(store_.inside(relative))) return;
    bad_.take(relative);
    report_.set_aside.push_back(relative);
  }

  // First the new packs, durably, then the old files. A pack of which only the index was damaged
  // comes out under its own name: then both files were replaced by the renames.
  void salvage_packs(const std::vector<std::string>& names) {
    for (const std::string& name : names) salvage(name);
    if (writer_) full_.push_back(std::move(writer_));
    std::vector<std::string> written;
    for (auto& pack : full_) {
      pack->finish();
      pack->publish();
      written.push_back(pack->name());
    }
    for (const std::string& name : names) {
      if (std::find(written.begin(), written.end(), name) != written.end()) continue;
      take("packs/" + name + ".idx");
      take("packs/" + name + ".pack");
    }
  }

  void salvage(const std::string& name) {
    std::string file = store_.inside("packs/" + name + ".pack");
    if (!exists(file)) return;
    try {
      MappedFile mapping(file);
      for (const PackEntry& entry : entries_of(name, file, mapping.bytes())) {
        env_.check_cancelled();
        keep(mapping.bytes(), entry);
      }
    } catch (const Error& error) {
      // What cannot be read cannot be kept; but a full disk or a signal must stop everything.
      if (error.code() == Exit::interrupted || error.system_code() != 0) throw;
    }
  }

  /// What the pack says, up to where it is cut off, and what the index says.
  static std::vector<PackEntry> entries_of(const std::string& name, const std::string& file,
                                           std::span<const std::byte> bytes) {
    std::vector<PackEntry> entries;
    try {
      scan_pack(bytes, file, [&](const PackEntry& record) { entries.push_back(record); });
    } catch (const Error&) {
    }
    try {
      Pack pack(std::string(parent_path(file)), name);
      for (size_t i = 0; i < pack.size(); ++i) entries.push_back(pack.entry(i));
    } catch (const Error&) {
    }
    return entries;
  }

  void keep(std::span<const std::byte> bytes, const PackEntry& entry) {
    bool inside = entry.offset <= bytes.size() && entry.size <= bytes.size() - entry.offset;
    if (!inside || entry.size >= kLooseSize || written_.contains(entry.digest)) return;
    std::span<const std::byte> object = bytes.subspan(entry.offset, entry.size);
    if (sha256(object) != entry.digest) return;
    if (!writer_) writer_ = std::make_unique<PackWriter>(env_, store_.path());
    written_.insert(entry.digest);
    writer_->add(entry.digest, as_text(object));
    ++report_.salvaged;
    if (writer_->bytes() >= store_.pack_limit()) full_.push_back(std::move(writer_));
  }

  Env& env_;
  ObjectStore& store_;
  Trash bad_;
  RepairReport report_;
  std::unique_ptr<PackWriter> writer_;
  std::vector<std::unique_ptr<PackWriter>> full_;
  std::unordered_set<Digest> written_;
};

}  // namespace

RepairReport repair(Env& env, ObjectStore& store, const ObjectCheck& damage) {
  if (damage.bad_loose.empty() && damage.bad_packs.empty()) return {};
  FileLock hold = store.lock(LockKind::exclusive);
  return Repair(env, store).run(damage);
}

}  // namespace mlo::store
