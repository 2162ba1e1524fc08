#include "remote/tombstones.hpp"

#include <mutex>
#include <vector>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"

namespace mlo::remote {
namespace {

constexpr std::string_view kPrefix = "tombstones/";
constexpr std::string_view kMagic = "mlo-tombstone 1 ";
constexpr uint64_t kLongest = 256;

}  // namespace

std::string tombstone_name(const Digest& pack) { return std::string(kPrefix) + pack.hex(); }

std::string format_tombstone(const Tombstone& tombstone) {
  return std::string(kMagic) + format_time(tombstone.time) +
         (tombstone.deleted ? " deleted\n" : " waiting\n");
}

Tombstone parse_tombstone(std::string_view text, const std::string& name) {
  const auto malformed = [&] { return failure("tombstone " + quoted(name) + " is malformed"); };
  if (!text.starts_with(kMagic) || !text.ends_with('\n')) throw malformed();
  const std::vector<std::string_view> words =
      split(text.substr(kMagic.size(), text.size() - kMagic.size() - 1), ' ');
  if (words.size() != 2 || (words[1] != "waiting" && words[1] != "deleted")) throw malformed();
  const std::optional<Time> time = parse_time(words[0]);
  if (!time) throw malformed();
  return {*time, words[1] == "deleted"};
}

std::unordered_set<Digest> tombstoned_packs(Backend& backend) {
  std::unordered_set<Digest> packs;
  backend.list(std::string(kPrefix), [&](const RemoteFile& file) {
    if (auto pack = parse_digest(std::string_view(file.name).substr(kPrefix.size()))) {
      packs.insert(*pack);
    }
  });
  return packs;
}

std::unordered_map<Digest, Tombstone> read_tombstones(Env& env, Backend& backend, unsigned jobs) {
  const std::unordered_set<Digest> listed = tombstoned_packs(backend);
  const std::vector<Digest> packs(listed.begin(), listed.end());
  std::unordered_map<Digest, Tombstone> tombstones;
  std::mutex mutex;
  parallel_for(
      packs.size(),
      [&](size_t i) {
        env.check_cancelled();
        const std::string name = tombstone_name(packs[i]);
        auto text = backend.read(name, kLongest);
        if (!text) return;  // taken back meanwhile
        const Tombstone tombstone = parse_tombstone(*text, name);
        std::lock_guard hold(mutex);
        tombstones[packs[i]] = tombstone;
      },
      jobs);
  return tombstones;
}

}  // namespace mlo::remote
