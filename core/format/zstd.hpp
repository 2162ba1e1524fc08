// One zstd frame (RFC 8878) <-> bytes, with a hard bound on what foreign bytes may unpack to: memory is
// taken only for a size that the caller allowed. Contexts are kept per thread (making one takes longer
// than compressing 3 KiB).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mlo::format {

/// Adds 4 bytes that tell damage; for frames whose bytes no digest covers.
enum class ZstdChecksum { none, added };

/// Bytes that `zstd -d` reads, with the size of the content in the header.
std::string zstd_compress(std::string_view bytes, ZstdChecksum checksum = ZstdChecksum::none);

/// The content of one frame that fills `frame` and holds exactly `size` bytes; throws failure, naming
/// nothing but what is wrong, so that the caller adds the context.
std::string zstd_decompress(std::string_view frame, uint64_t size);
/// Likewise for a frame that says its size, of at most `most`.
std::string zstd_decompress_up_to(std::string_view frame, uint64_t most);
/// The length of the frame that `bytes` begin with; throws failure when there is none.
uint64_t zstd_frame_size(std::string_view bytes);

}  // namespace mlo::format
