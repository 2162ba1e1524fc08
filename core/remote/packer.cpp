#include "remote/packer.hpp"

#include <algorithm>

#include "base/error.hpp"
#include "base/parallel.hpp"
#include "base/text.hpp"
#include "remote/chunker.hpp"

namespace mlo::remote {
namespace {

constexpr uint64_t kWindow = 64 << 20;    // raw bytes that are hashed and sealed at a time
constexpr size_t kWindowObjects = 16384;  // of small objects: their views
// With chunking off larger objects than kMostChunk are cut into pieces of this size.
constexpr uint64_t kFixedPiece = 16 << 20;

using Bytes = std::span<const std::byte>;

std::vector<Bytes> fixed_pieces(Bytes bytes) {
  std::vector<Bytes> pieces;
  for (uint64_t at = 0; at < bytes.size(); at += kFixedPiece) {
    pieces.push_back(bytes.subspan(at, std::min<uint64_t>(kFixedPiece, bytes.size() - at)));
  }
  return pieces;
}

}  // namespace

struct Packer::Source {
  store::ObjectView view;
  bool cut = false;
  std::vector<Bytes> pieces;
};

struct Packer::Piece {
  ReachableObject object;
  Bytes bytes;
  bool cut = false;
  bool last = false;    ///< of its object
  bool stored = false;  ///< decided: goes into a pack
  StoredChunk chunk;
  std::string sealed;
};

Packer::Packer(Env& env, const store::ObjectStore& store, Remote& remote,
               const PackerOptions& options, TransferProgress& progress)
    : env_(env),
      store_(store),
      remote_(remote),
      options_(options),
      progress_(progress),
      builder_(remote.codec()),
      uploads_(options.jobs) {}

Packer::~Packer() = default;

void Packer::add(std::span<const ReachableObject> objects) {
  while (!objects.empty()) {
    size_t count = 0;
    uint64_t size = 0;
    do size += objects[count++].size;
    while (count < objects.size() && count < kWindowObjects &&
           size + objects[count].size <= kWindow);
    add_window(objects.first(count));
    objects = objects.subspan(count);
  }
}

// The views are checked against their digests: what is damaged here never gets there.
void Packer::add_window(std::span<const ReachableObject> objects) {
  const bool by_content = remote_.config().chunking == Chunking::content;
  std::vector<Source> sources(objects.size());
  parallel_for(objects.size(), [&](size_t i) {
    env_.check_cancelled();
    Source& source = sources[i];
    source.view = store_.view(objects[i].digest);
    const Bytes bytes = source.view.bytes();
    source.cut = bytes.size() > (by_content ? kWholeFile : kMostChunk);
    if (!source.cut) {
      source.pieces = {bytes};
    } else if (by_content) {
      cut_file(bytes, remote_.codec().gear(), [&](Bytes piece) { source.pieces.push_back(piece); });
    } else {
      source.pieces = fixed_pieces(bytes);
    }
  });
  for (size_t i = 0; i < objects.size(); ++i) add_source(objects[i], sources[i]);
  flush_pieces();
}

void Packer::add_source(const ReachableObject& object, const Source& source) {
  const ReachableObject exact = {object.digest, source.view.bytes().size()};
  for (size_t i = 0; i < source.pieces.size(); ++i) {
    Piece piece;
    piece.object = exact;
    piece.bytes = source.pieces[i];
    piece.cut = source.cut;
    piece.last = i + 1 == source.pieces.size();
    pieces_size_ += piece.bytes.size();
    pieces_.push_back(std::move(piece));
    if (pieces_size_ >= kWindow) flush_pieces();
  }
}

void Packer::flush_pieces() {
  const Codec& codec = remote_.codec();
  parallel_for(pieces_.size(), [&](size_t i) {
    Piece& piece = pieces_[i];
    piece.chunk.id = codec.id_of(piece.cut ? sha256(piece.bytes) : piece.object.digest);
  });
  for (Piece& piece : pieces_) decide(piece);
  parallel_for(pieces_.size(), [&](size_t i) {
    Piece& piece = pieces_[i];
    if (!piece.stored) return;
    env_.check_cancelled();
    piece.chunk.flags = piece.cut ? 0U : uint32_t{kWhole};
    piece.sealed = codec.seal_chunk(piece.chunk, piece.bytes);
  });
  for (Piece& piece : pieces_) {
    if (piece.stored) store_piece(piece);
    progress_.add(piece.bytes.size());
  }
  pieces_.clear();
  pieces_size_ = 0;
}

std::optional<DraftRun> Packer::find(const Digest& id) const {
  if (auto fresh = fresh_.find(id); fresh != fresh_.end()) {
    return DraftRun{true, {}, fresh->second, 1};
  }
  if (auto place = remote_.indexes().find_chunk(id, options_.usable)) {
    return DraftRun{false, place->pack, place->ordinal, 1};
  }
  return std::nullopt;
}

// In the order of the pieces: a piece's number is given here and holds, whatever pack it falls into.
void Packer::decide(Piece& piece) {
  std::optional<DraftRun> place = find(piece.chunk.id);
  const bool scattered = piece.cut && place && runs_.fragmented() && !runs_.continues(*place);
  if (!place || scattered) {
    piece.stored = true;
    place = DraftRun{true, {}, next_number_++, 1};
    fresh_[piece.chunk.id] = place->first;
  }
  if (!piece.cut) return;
  runs_.add(*place);
  if (piece.last) {
    drafts_.push_back({piece.object, std::move(runs_)});
    runs_ = DraftRuns();
  }
}

void Packer::store_piece(Piece& piece) {
  const bool full = builder_size_ + piece.sealed.size() > options_.pack_size ||
                    builder_.full_for(piece.sealed.size());
  if (!builder_.empty() && full) finish_pack();
  builder_.add_sealed(piece.chunk, piece.sealed);
  builder_size_ += piece.sealed.size();
  piece.sealed = {};
}

}  // namespace mlo::remote
