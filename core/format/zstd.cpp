#include "format/zstd.hpp"

#include <zstd.h>

#include <memory>

#include "base/error.hpp"
#include "base/text.hpp"

namespace mlo::format {
namespace {

// Chunks of 64 KiB on one core: CSV 230 MB/s to 40 %, noise 4 GB/s. Level 3 takes twice as long for CSV
// and makes it no smaller; source code it makes 10 % smaller.
constexpr int kLevel = 1;
constexpr std::string_view kMagic{"\x28\xb5\x2f\xfd", 4};
/// Frames up to this size are built in memory that a thread keeps.
constexpr size_t kKept = 1 << 20;

struct FreeContext {
  void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

size_t checked(size_t code) {
  if (ZSTD_isError(code) != 0) {
    throw failure(std::string("not a whole zstd frame: ") + ZSTD_getErrorName(code));
  }
  return code;
}

ZSTD_CCtx* compressor() {
  thread_local const std::unique_ptr<ZSTD_CCtx, FreeContext> kept(ZSTD_createCCtx());
  if (!kept) throw failure("no memory for zstd");
  return kept.get();
}

ZSTD_DCtx* decompressor() {
  thread_local const std::unique_ptr<ZSTD_DCtx, FreeContext> kept(ZSTD_createDCtx());
  if (!kept) throw failure("no memory for zstd");
  return kept.get();
}

}  // namespace

std::string zstd_compress(std::string_view bytes, ZstdChecksum checksum) {
  ZSTD_CCtx* context = compressor();
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, kLevel));
  checked(ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, checksum == ZstdChecksum::added));
  thread_local std::string kept;  // setting 64 KiB to zero for each chunk costs as much as hashing
  std::string large;
  const size_t most = ZSTD_compressBound(bytes.size());
  std::string& room = most <= kKept ? kept : large;
  if (room.size() < most) room.resize(most);
  const size_t size =
      checked(ZSTD_compress2(context, room.data(), room.size(), bytes.data(), bytes.size()));
  return {room.data(), size};
}

std::string zstd_decompress(std::string_view frame, uint64_t size) {
  if (zstd_frame_size(frame) != frame.size()) throw failure("bytes follow the zstd frame");
  const unsigned long long claimed = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (claimed != ZSTD_CONTENTSIZE_UNKNOWN && claimed != size) {
    throw failure("the zstd frame holds " + std::to_string(claimed) + " bytes, not " +
                  std::to_string(size));
  }
  std::string bytes(size, '\0');
  const size_t got = checked(
      ZSTD_decompressDCtx(decompressor(), bytes.data(), bytes.size(), frame.data(), frame.size()));
  if (got != size) throw failure("the zstd frame holds fewer bytes than it should");
  return bytes;
}

std::string zstd_decompress_up_to(std::string_view frame, uint64_t most) {
  zstd_frame_size(frame);
  const unsigned long long size = ZSTD_getFrameContentSize(frame.data(), frame.size());
  if (size == ZSTD_CONTENTSIZE_UNKNOWN) throw failure("the zstd frame does not say its size");
  if (size > most) {
    throw failure("the zstd frame holds " + human_size(size) + ", more than " + human_size(most));
  }
  return zstd_decompress(frame, size);
}

uint64_t zstd_frame_size(std::string_view bytes) {
  // libzstd would also take skippable frames and those of the versions before 0.8.
  if (!bytes.starts_with(kMagic)) throw failure("not a zstd frame");
  return checked(ZSTD_findFrameCompressedSize(bytes.data(), bytes.size()));
}

}  // namespace mlo::format
