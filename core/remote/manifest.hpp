// What a push certifies, put last: everything that these roots reach is in the remote, in these chunks of
// these packs. One file per commit (or per set of roots where nothing is committed), canonical JSON sealed by
// Codec::seal_file:
//
//   {"mlo":1, "certifies":"commit <40 hex>" | "roots sha256:<hex>", "time":RFC 3339,
//    "roots":[{"digest":"sha256:<hex>","kind":"blob|tree|any","name"}], "indexes":["index/.."],
//    "packs":[{"name":"<hex>","chunks":"0-99,120"}]}
//
// with keys sorted and without spaces. `indexes` describe all of `packs`; `chunks` say which of a pack's
// chunks are needed, first and last, so that gc can tell a pack's use without reading a tree.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/digest.hpp"
#include "base/env.hpp"
#include "remote/codec.hpp"
#include "store/gc.hpp"

namespace mlo::remote {

struct Manifest {
  std::string certifies;
  Time time = 0;
  std::vector<store::Root> roots;
  std::vector<std::string> indexes;
  struct PackUse {
    Digest pack;
    /// Half-open ranges of ordinals, ascending, neither touching nor overlapping. Of a foreign
    /// manifest: perhaps beyond the chunks that the pack has.
    std::vector<std::pair<uint32_t, uint32_t>> chunks;
  };
  std::vector<PackUse> packs;
};

/// No manifest is longer: a reader refuses it before it takes memory.
inline constexpr uint64_t kMostManifest = 64 << 20;

/// `certifies` is one of the two forms. Ranges of chunks are sorted and joined.
std::string format_manifest(const Manifest& manifest);
/// Throws failure with the place when it is malformed. Strict: one manifest has one text.
Manifest parse_manifest(std::string_view text, const std::string& name);
/// parse_manifest of what Codec::open_file gives for the file under `name`, which must be that of what
/// it certifies.
Manifest open_manifest(const Codec& codec, const std::string& name, std::string_view sealed);

}  // namespace mlo::remote
